// Command envsubst-oracle answers what Flux's post-build substitution makes of many texts, one after the other in one process.
//
// Each line of standard input is {"text": TEXT, "variables": {NAME: VALUE}, "strict": BOOL}, each line of standard output is
// {"out": TEXT} or {"error": TEXT}. Values whose bytes are no text stand in "bytes", as numbers; so does an output of that
// sort, since JSON would not keep it. The module and the treatment of strictness are kustomize-controller's; a panic is a refusal,
// because the controller catches it.
//
// Some texts make the original take all the memory there is. A question that takes longer than `patience` or more than `most`
// bytes of address space ends the process without an answer.
//
// With the argument `tables` it prints what Go knows of letters, digits and case, as Rust.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/fluxcd/pkg/envsubst"
)

// patience is how long one question may take; nearly all take some microseconds.
const patience = 15 * time.Second

// most is how much address space the process may have, in bytes.
const most = 4 << 30

type question struct {
	Text      string            `json:"text"`
	Variables map[string]string `json:"variables"`
	Bytes     map[string][]byte `json:"bytes"`
	Strict    bool              `json:"strict"`
}

type answer struct {
	Out   *string `json:"out,omitempty"`
	Bytes []int   `json:"bytes,omitempty"`
	Error string  `json:"error,omitempty"`
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "tables" {
		tables(os.Stdout)
		return
	}
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "envsubst-oracle:", err)
		os.Exit(1)
	}
}

func serve(input io.Reader, output io.Writer) error {
	debug.SetGCPercent(400)
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: most, Max: most}); err != nil {
		return err
	}
	questions := json.NewDecoder(bufio.NewReaderSize(input, 1<<20))
	answers := json.NewEncoder(output)
	answers.SetEscapeHTML(false)
	for {
		var q question
		if err := questions.Decode(&q); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		lost := time.AfterFunc(patience, func() { os.Exit(2) })
		a := ask(q)
		lost.Stop()
		if err := answers.Encode(a); err != nil {
			return err
		}
	}
}

func ask(q question) (a answer) {
	defer func() {
		if panicked := recover(); panicked != nil {
			a = answer{Error: fmt.Sprint("panic: ", panicked)}
		}
	}()
	value := func(name string) (string, bool) {
		if bytes, exists := q.Bytes[name]; exists {
			return string(bytes), true
		}
		value, exists := q.Variables[name]
		return value, exists
	}
	text, err := envsubst.Eval(q.Text, func(name string) (string, bool) {
		value, exists := value(name)
		return value, exists || !q.Strict
	})
	if err != nil {
		return answer{Error: err.Error()}
	}
	if !utf8.ValidString(text) {
		var bytes []int
		for _, b := range []byte(text) {
			bytes = append(bytes, int(b))
		}
		return answer{Bytes: bytes}
	}
	return answer{Out: &text}
}
