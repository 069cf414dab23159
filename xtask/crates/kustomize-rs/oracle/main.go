// Command oracle answers what `kustomize build` says of many trees, one after the other in one process: a spawned kustomize
// spends most of its time on starting.
//
// Each line of standard input is {"files": {PATH: TEXT}, "folder": PATH, "flags": [TEXT]}, each line of standard output is
// {"out": TEXT} or {"error": TEXT}. The command is kustomize's own, with its flags; the files are written to a folder in
// memory first, because the file system that kustomize keeps in memory words and orders some refusals differently.
//
// Some trees make kustomize go round for ever or take all the memory there is. A question that takes longer than `patience`
// or more than `most` bytes of address space ends the process without an answer, as a panic outside of Go's reach does.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"sigs.k8s.io/kustomize/kustomize/v5/commands/build"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/openapi"
)

// patience is how long one question may take; the slowest of the conformance suite takes a second.
const patience = 15 * time.Second

// most is how much address space the process may have, in bytes.
const most = 4 << 30

type question struct {
	Files map[string]string `json:"files"`
	// Files whose bytes are no text, in base64.
	Bytes  map[string]string `json:"bytes"`
	Folder string            `json:"folder"`
	Flags  []string          `json:"flags"`
}

type answer struct {
	Out   *string `json:"out,omitempty"`
	Error string  `json:"error,omitempty"`
}

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}

func serve(input io.Reader, output io.Writer) error {
	// Warnings are not what is compared.
	log.SetOutput(io.Discard)
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	os.Stderr = null
	debug.SetGCPercent(400)
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: most, Max: most}); err != nil {
		return err
	}
	root, err := os.MkdirTemp(memory(), "oracle-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(root)
	questions := json.NewDecoder(bufio.NewReaderSize(input, 1<<20))
	answers := json.NewEncoder(output)
	answers.SetEscapeHTML(false)
	for number := 0; ; number++ {
		var q question
		if err := questions.Decode(&q); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		place := filepath.Join(root, fmt.Sprint(number))
		lost := time.AfterFunc(patience, func() {
			os.RemoveAll(root)
			os.Exit(2)
		})
		a, err := ask(place, q)
		if err != nil {
			return err
		}
		lost.Stop()
		if err := os.RemoveAll(place); err != nil {
			return err
		}
		if err := answers.Encode(a); err != nil {
			return err
		}
	}
}

// memory is a folder whose files never reach a disk, or the ordinary one for temporary files.
func memory() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return ""
}

func ask(place string, q question) (a answer, err error) {
	if err := write(place, q); err != nil {
		return answer{}, err
	}
	defer func() {
		if panicked := recover(); panicked != nil {
			a = answer{Error: fmt.Sprint("panic: ", panicked)}
		}
	}()
	// The schema is the process's own state; a command begins with the built-in one.
	for _, text := range q.Files {
		if strings.Contains(strings.ToLower(text), "openapi") || strings.Contains(text, "crds") {
			openapi.ResetOpenAPI()
			defer openapi.ResetOpenAPI()
			break
		}
	}
	var out bytes.Buffer
	command := build.NewCmdBuild(filesys.MakeFsOnDisk(), build.MakeHelp("kustomize", "build"), &out)
	command.SilenceErrors = true
	command.SetOut(io.Discard)
	command.SetErr(io.Discard)
	command.SetArgs(append(append([]string{}, q.Flags...), filepath.Join(place, q.Folder)))
	if err := command.Execute(); err != nil {
		return answer{Error: strings.ReplaceAll(err.Error(), place, "")}, nil
	}
	text := out.String()
	return answer{Out: &text}, nil
}

func write(place string, q question) error {
	put := func(name string, data []byte) error {
		path := filepath.Join(place, filepath.Clean("/"+name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		return os.WriteFile(path, data, 0o600)
	}
	if err := os.MkdirAll(filepath.Join(place, filepath.Clean("/"+q.Folder)), 0o700); err != nil {
		return err
	}
	for name, text := range q.Files {
		if err := put(name, []byte(text)); err != nil {
			return err
		}
	}
	for name, text := range q.Bytes {
		data, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return err
		}
		if err := put(name, data); err != nil {
			return err
		}
	}
	return nil
}
