// Command substitute answers whether values survive Flux's post-build substitution.
//
// It reads one JSON object from standard input: {"text": YAML, "variables": {NAME: VALUE}} and writes
// {"text": YAML after strict substitution} or {"error": REASON}. It uses the module that kustomize-controller
// uses (github.com/fluxcd/pkg/envsubst), with the same treatment of line feeds and the same strictness.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/fluxcd/pkg/envsubst"
	"sigs.k8s.io/yaml"
)

type question struct {
	Text      string            `json:"text"`
	Variables map[string]string `json:"variables"`
}

type answer struct {
	Objects []json.RawMessage `json:"objects,omitempty"`
	Error   string            `json:"error,omitempty"`
}

func main() {
	var q question
	if err := json.NewDecoder(os.Stdin).Decode(&q); err != nil {
		fmt.Fprintln(os.Stderr, "read the question:", err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(substitute(q)); err != nil {
		fmt.Fprintln(os.Stderr, "write the answer:", err)
		os.Exit(1)
	}
}

func substitute(q question) answer {
	var objects []json.RawMessage
	for _, document := range strings.Split("\n"+q.Text, "\n---\n") {
		if strings.TrimSpace(document) == "" {
			continue
		}
		output, err := envsubst.Eval(document, func(name string) (string, bool) {
			value, exists := q.Variables[name]
			return strings.ReplaceAll(value, "\n", ""), exists
		})
		if err != nil {
			return answer{Error: err.Error()}
		}
		object, err := yaml.YAMLToJSON([]byte(output))
		if err != nil {
			return answer{Error: err.Error()}
		}
		objects = append(objects, object)
	}
	return answer{Objects: objects}
}
