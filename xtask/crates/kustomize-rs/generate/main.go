// Writes ../data/schema.txt and ../data/fields.txt: what kustomize 5.8.1 knows about the types of Kubernetes.
//
//	cd xtask/crates/kustomize-rs/generate && GOFLAGS=-mod=mod go run . KUSTOMIZE_API_MODULE_DIR
//
// The argument is the folder of module sigs.k8s.io/kustomize/api v0.21.1 (go mod download -json prints it). The formats
// are described in ../src/schema.rs and ../src/fields.rs. Source of the data: kustomize (Apache-2.0).
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

var definitions map[string]spec.Schema

// refName is the definition that a schema points to, or "".
func refName(s *spec.Schema) string {
	return strings.TrimPrefix(s.Ref.String(), "#/definitions/")
}

// edge is what lies behind one field: a list or map of something, with a merge strategy.
type edge struct {
	field string // "*" for additionalProperties
	shape string // "" plain, "[]" list, "{}" map of
	to    string
	merge string // "" or comma-separated keys; "=" for a set of primitives
	free  bool   // a mapping of which nothing is known
}

// isFree says whether a schema is that of a mapping of which nothing is known.
func isFree(s *spec.Schema) bool {
	if ref := refName(s); ref != "" {
		referred := definitions[ref]
		s = &referred
	}
	isMapping := len(s.Type) == 0 || s.Type[0] == "object"
	return isMapping && len(s.Properties) == 0 && s.AdditionalProperties == nil
}

func edges(s spec.Schema) []edge {
	var result []edge
	add := func(field string, p spec.Schema) {
		e := edge{field: field, free: isFree(&p)}
		strategy, _ := p.Extensions["x-kubernetes-patch-strategy"].(string)
		for _, word := range strings.Split(strategy, ",") {
			if word == "merge" {
				e.merge = "="
			}
		}
		if e.merge != "" {
			if list, ok := p.Extensions["x-kubernetes-list-map-keys"].([]interface{}); ok {
				var keys []string
				for _, k := range list {
					keys = append(keys, k.(string))
				}
				e.merge = strings.Join(keys, ",")
			} else if key, ok := p.Extensions["x-kubernetes-patch-merge-key"].(string); ok {
				e.merge = key
			}
		}
		switch {
		case refName(&p) != "":
			e.to = refName(&p)
		case len(p.Type) == 1 && p.Type[0] == "array" && p.Items != nil && p.Items.Schema != nil:
			e.shape, e.to = "[]", refName(p.Items.Schema)
		case p.AdditionalProperties != nil && p.AdditionalProperties.Schema != nil:
			e.shape, e.to = "{}", refName(p.AdditionalProperties.Schema)
		}
		result = append(result, e)
	}
	for name, p := range s.Properties {
		add(name, p)
	}
	if s.AdditionalProperties != nil && s.AdditionalProperties.Schema != nil {
		add("*", *s.AdditionalProperties.Schema)
	}
	sort.Slice(result, func(i, j int) bool { return result[i].field < result[j].field })
	return result
}

func writeSchema(path string) {
	openapi.IsNamespaceScoped(yaml.TypeMeta{})
	_ = openapi.SchemaForResourceType(yaml.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"})
	definitions = openapi.Schema().Definitions

	// A type matters if a list that merges lies in it or below it, or a field that may hold a whole object of any kind.
	matters := map[string]bool{}
	for changed := true; changed; {
		changed = false
		for name, s := range definitions {
			if matters[name] {
				continue
			}
			for _, e := range edges(s) {
				if e.merge != "" || e.free || matters[e.to] {
					matters[name], changed = true, true
					break
				}
			}
		}
	}
	var names []string
	for name := range matters {
		names = append(names, name)
	}
	sort.Strings(names)
	index := map[string]int{}
	for i, name := range names {
		index[name] = i
	}

	var b strings.Builder
	b.WriteString("# Written by generate/main.go from kyaml v0.21.1 (Kubernetes 1.21.2); do not edit.\n")
	for i, name := range names {
		fmt.Fprintf(&b, "type %d %s\n", i, name)
		for _, e := range edges(definitions[name]) {
			if e.merge == "" && !e.free && !matters[e.to] {
				continue
			}
			to := "-"
			if matters[e.to] {
				to = strconv.Itoa(index[e.to])
			}
			fmt.Fprintf(&b, "%s %s%s %s\n", e.field, e.shape, to, e.merge)
		}
	}
	var kinds []string
	for name, s := range definitions {
		list, _ := s.Extensions["x-kubernetes-group-version-kind"].([]interface{})
		for _, item := range list {
			m := item.(map[string]interface{})
			api := m["version"].(string)
			if g, _ := m["group"].(string); g != "" {
				api = g + "/" + api
			}
			meta := yaml.TypeMeta{APIVersion: api, Kind: m["kind"].(string)}
			scope := "?"
			if scoped, found := openapi.IsNamespaceScoped(meta); found {
				scope = map[bool]string{true: "n", false: "c"}[scoped]
			}
			to := "-"
			if matters[name] {
				to = strconv.Itoa(index[name])
			}
			if scope != "c" && to == "-" {
				continue
			}
			kinds = append(kinds, fmt.Sprintf("kind %s %s %s %s", api, meta.Kind, scope, to))
		}
	}
	sort.Strings(kinds)
	for _, line := range kinds {
		b.WriteString(line + "\n")
	}
	check(os.WriteFile(path, []byte(b.String()), 0o644))
}

// writeFields copies the field specifications, one line each.
func writeFields(module, path string) {
	dir := filepath.Join(module, "internal", "konfig", "builtinpluginconsts")
	packages, err := parser.ParseDir(token.NewFileSet(), dir, nil, 0)
	check(err)
	var texts []string
	for _, file := range packages["builtinpluginconsts"].Files {
		ast.Inspect(file, func(n ast.Node) bool {
			if v, ok := n.(*ast.BasicLit); ok && v.Kind == token.STRING {
				text, err := strconv.Unquote(v.Value)
				check(err)
				if strings.Contains(text, "path:") {
					texts = append(texts, text)
				}
			}
			return true
		})
	}
	sort.Strings(texts)
	var b strings.Builder
	b.WriteString("# Written by generate/main.go from kustomize/api v0.21.1; do not edit.\n")
	type field struct {
		Path, Group, Version, Kind string
		Create                     bool
	}
	type target struct {
		Group, Version, Kind string
		FieldSpecs           []field `yaml:"fieldSpecs"`
	}
	dash := func(s string) string {
		if s == "" {
			return "-"
		}
		return s
	}
	write := func(f field) {
		create := ""
		if f.Create {
			create = " create"
		}
		fmt.Fprintf(&b, "%s %s %s %s%s\n", f.Path, dash(f.Group), dash(f.Version), dash(f.Kind), create)
	}
	for _, text := range texts {
		if strings.Contains(text, "nameReference:") {
			var all struct {
				NameReference []target `yaml:"nameReference"`
			}
			check(yaml.Unmarshal([]byte(text), &all))
			for _, t := range all.NameReference {
				fmt.Fprintf(&b, "names %s %s %s\n", dash(t.Group), dash(t.Version), dash(t.Kind))
				for _, f := range t.FieldSpecs {
					write(f)
				}
			}
			continue
		}
		if strings.HasPrefix(strings.TrimSpace(text), "- path:") {
			// The one fragment that is appended to others there.
			text = "metadataLabels:\n" + text
		}
		var all map[string][]field
		check(yaml.Unmarshal([]byte(text), &all))
		for section, fields := range all {
			fmt.Fprintf(&b, "section %s\n", section)
			for _, f := range fields {
				write(f)
			}
		}
	}
	check(os.WriteFile(path, []byte(b.String()), 0o644))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: generate KUSTOMIZE_API_MODULE_DIR")
		os.Exit(2)
	}
	writeSchema("../data/schema.txt")
	writeFields(os.Args[1], "../data/fields.txt")
}
