// Command oracle answers what kustomize-controller makes of Flux Kustomizations, one after the other in one process.
//
// Each line of standard input is {"root": FOLDER, "ignore": TEXT, "kustomization": OBJECT, "variables": {NAME: VALUE}, "strict":
// BOOL}, each line of standard output {"objects": [OBJECT]} or {"error": TEXT}. It calls the functions that the controller
// calls (fluxcd/pkg/kustomize: generate, build, substitute), on the files that source-controller would put into the artifact.
// Variables are all given inline: reading ConfigMaps and Secrets is the caller's part.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/fluxcd/pkg/kustomize"
	"github.com/fluxcd/pkg/sourceignore"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

type question struct {
	Root          string            `json:"root"`
	Ignore        string            `json:"ignore"`
	Kustomization map[string]any    `json:"kustomization"`
	Variables     map[string]string `json:"variables"`
	Strict        bool              `json:"strict"`
}

type answer struct {
	Objects []json.RawMessage `json:"objects"`
	Error   string            `json:"error,omitempty"`
}

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}

func serve(input io.Reader, output io.Writer) error {
	log.SetOutput(io.Discard)
	scratch, err := os.MkdirTemp("", "flux-oracle-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	artifacts := map[string]string{}
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
		key := q.Root + "\x00" + q.Ignore
		if _, ok := artifacts[key]; !ok {
			to := filepath.Join(scratch, fmt.Sprint(len(artifacts)))
			if err := artifact(q.Root, q.Ignore, to); err != nil {
				return err
			}
			artifacts[key] = to
		}
		objects, err := ask(artifacts[key], q)
		a := answer{Objects: objects}
		if err != nil {
			a = answer{Error: err.Error()}
		}
		if err := answers.Encode(a); err != nil {
			return err
		}
	}
}

// artifact copies what source-controller would archive (SourceIgnoreFilter of fluxcd/pkg/artifact).
func artifact(from, ignore, to string) error {
	from, err := filepath.Abs(from)
	if err != nil {
		return err
	}
	domain := strings.Split(from, string(filepath.Separator))
	patterns, err := sourceignore.LoadIgnorePatterns(from, domain)
	if err != nil {
		return err
	}
	if ignore != "" {
		patterns = append(patterns, sourceignore.ReadPatterns(strings.NewReader(ignore), domain)...)
	}
	matcher := sourceignore.NewDefaultMatcher(patterns, domain)
	if len(patterns) > 0 {
		matcher = sourceignore.NewMatcher(append(sourceignore.VCSPatterns(domain), patterns...))
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !entry.IsDir() && !entry.Type().IsRegular() {
			return nil
		}
		if path != from && matcher.Match(strings.Split(path, string(filepath.Separator)), entry.IsDir()) {
			return nil
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, relative)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o600)
	})
}

func ask(root string, q question) (objects []json.RawMessage, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("panic: %v", panicked)
		}
	}()
	path, _, _ := unstructured.NestedString(q.Kustomization, "spec", "path")
	// What leads out of the source ends at its top.
	folder := filepath.Join(root, filepath.Clean("/"+path))
	if _, err := os.Stat(folder); err != nil {
		return nil, fmt.Errorf("kustomization path not found: %s", path)
	}
	postBuild, substitutes, err := unstructured.NestedMap(q.Kustomization, "spec", "postBuild")
	if err != nil {
		return nil, err
	}
	if substitutes {
		variables := map[string]any{}
		for name, value := range q.Variables {
			variables[name] = value
		}
		if err := unstructured.SetNestedMap(q.Kustomization, variables, "spec", "postBuild", "substitute"); err != nil {
			return nil, err
		}
	}
	object := unstructured.Unstructured{Object: q.Kustomization}
	action, err := kustomize.NewGenerator(root, object).WriteFile(folder, kustomize.WithSaveOriginalKustomization())
	if err != nil {
		return nil, err
	}
	defer func() {
		if cleaned := kustomize.CleanDirectory(folder, action); err == nil {
			err = cleaned
		}
	}()
	built, err := kustomize.SecureBuild(root, folder, false)
	if err != nil {
		return nil, fmt.Errorf("kustomize build failed: %w", err)
	}
	always := postBuild["substituteStrategy"] == "Always"
	for _, resource := range built.Resources() {
		if resource.GetName() == "" || resource.GetKind() == "" || resource.GetApiVersion() == "" {
			return nil, fmt.Errorf("failed to decode Kubernetes apiVersion, kind and name from: %v", resource.String())
		}
		if !substitutes {
			continue
		}
		changed, err := kustomize.SubstituteVariables(context.Background(), nil, object, resource,
			kustomize.SubstituteWithDryRun(true), kustomize.SubstituteWithStrict(q.Strict),
			kustomize.SubstituteWithAlways(always))
		if err != nil {
			return nil, fmt.Errorf("post build failed for '%s/%s': %w", resource.GetGvk(), resource.GetName(), err)
		}
		if changed != nil {
			if _, err := built.Replace(resource); err != nil {
				return nil, err
			}
		}
	}
	// The controller goes on with this text, which some keys that are there twice do not become.
	if _, err := built.AsYaml(); err != nil {
		return nil, err
	}
	for _, resource := range built.Resources() {
		data, err := resource.MarshalJSON()
		if err != nil {
			return nil, err
		}
		objects = append(objects, data)
	}
	return objects, nil
}
