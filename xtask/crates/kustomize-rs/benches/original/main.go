// The original in one process, for benches/against_original.rs: builds paths with kustomize's library (krusty) and says as
// JSON what it took.
//
//	original -root DIR [-memory] [-flux] [-passes N] < PATHS
//
// -memory loads the files below DIR into memory before the clock starts; -flux resets the OpenAPI data before each build
// as github.com/fluxcd/pkg/kustomize does.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/openapi"
)

func main() {
	root := flag.String("root", ".", "the folder of the paths")
	memory := flag.Bool("memory", false, "load all files first")
	flux := flag.Bool("flux", false, "reset OpenAPI before each build")
	passes := flag.Int("passes", 1, "how often all paths are built")
	flag.Parse()
	var paths []string
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		paths = append(paths, lines.Text())
	}
	disk, prefix := filesys.MakeFsOnDisk(), *root
	if *memory {
		disk, prefix = load(*root), "/"
	}
	result := struct {
		CPU     []float64 `json:"cpu_ms"`
		Wall    []float64 `json:"wall_ms"`
		Peak    int64     `json:"peak_kib"`
		Bytes   int       `json:"bytes"`
		Refused int       `json:"refused"`
	}{}
	for i := 0; i < *passes; i++ {
		result.Bytes, result.Refused = 0, 0
		begun, cpu := time.Now(), cpuTime()
		for _, path := range paths {
			if *flux {
				openapi.ResetOpenAPI()
				openapi.Schema()
			}
			options := krusty.MakeDefaultOptions()
			options.LoadRestrictions = types.LoadRestrictionsNone
			built, err := krusty.MakeKustomizer(options).Run(disk, filepath.Join(prefix, path))
			if err == nil {
				var text []byte
				text, err = built.AsYaml()
				result.Bytes += len(text)
			}
			if err != nil {
				result.Refused++
				fmt.Fprintln(os.Stderr, path, err)
			}
		}
		result.CPU = append(result.CPU, milliseconds(cpuTime()-cpu))
		result.Wall = append(result.Wall, milliseconds(time.Since(begun)))
	}
	result.Peak = usage().Maxrss
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		panic(err)
	}
}

// load reads all files below a folder into memory.
func load(root string) filesys.FileSystem {
	memory := filesys.MakeFsInMemory()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		return memory.WriteFile(filepath.Join("/", name), text)
	})
	if err != nil {
		panic(err)
	}
	return memory
}

func usage() syscall.Rusage {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return usage
}

func cpuTime() time.Duration {
	usage := usage()
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func milliseconds(d time.Duration) float64 {
	return float64(d) / float64(time.Millisecond)
}
