// Writes ../../tests/conformance/checklist.txt: everything that can be said to `kustomize build` 5.8.1, by reflection
// over its own types and flags.
//
//	cd xtask/crates/kustomize-rs/generate/checklist && GOFLAGS=-mod=mod go run . KUSTOMIZE_API_MODULE_DIR
//
// The argument is the folder of module sigs.k8s.io/kustomize/api v0.21.1 (go mod download -json prints it): types of
// internal packages are read from their source. One entry a line:
//
//	file NAME              a name under which a kustomization file is recognised
//	kind NAME              a kind of kustomization file
//	field PATH             a field of the kustomization file; [] is an item of a list
//	value PATH=VALUE       a value of such a field that means something of its own
//	config PATH            a field of a file listed under `configurations`
//	plugin KIND PATH       a field of a built-in generator or transformer as a file
//	flag NAME              a flag of `kustomize build`
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"

	"github.com/spf13/pflag"
	"sigs.k8s.io/kustomize/api/builtins"
	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kustomize/v5/commands/build"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// fields gives the paths of all leaves below a type.
func fields(t reflect.Type, path string, above []reflect.Type) []string {
	for t.Kind() == reflect.Ptr {
		t = t.Elem()
	}
	if t.Kind() == reflect.Slice {
		return fields(t.Elem(), path+"[]", above)
	}
	for _, seen := range above {
		if seen == t {
			return []string{path}
		}
	}
	if t.Kind() != reflect.Struct {
		return []string{path}
	}
	above = append(above, t)
	var result []string
	for i := 0; i < t.NumField(); i++ {
		field := t.Field(i)
		if field.PkgPath != "" && !field.Anonymous {
			continue
		}
		name, inline := label(field.Tag, field.Name, field.Anonymous)
		if name == "-" {
			continue
		}
		switch {
		case inline:
			result = append(result, fields(field.Type, path, above)...)
		case path == "":
			result = append(result, fields(field.Type, name, above)...)
		default:
			result = append(result, fields(field.Type, path+"."+name, above)...)
		}
	}
	return result
}

// label is the name of a field in a file, and whether its fields stand for it.
func label(tag reflect.StructTag, name string, embedded bool) (string, bool) {
	for _, key := range []string{"json", "yaml"} {
		words := strings.Split(tag.Get(key), ",")
		if words[0] != "" {
			return words[0], false
		}
		for _, word := range words[1:] {
			if word == "inline" {
				return "", true
			}
		}
	}
	if embedded {
		return "", true
	}
	return strings.ToLower(name[:1]) + name[1:], false
}

// plugins are the built-in ones with their configuration; checked against the source below.
var plugins = map[string][]any{
	"AnnotationsTransformer":         {builtins.AnnotationsTransformerPlugin{}},
	"ConfigMapGenerator":             {builtins.ConfigMapGeneratorPlugin{}},
	"HashTransformer":                {builtins.HashTransformerPlugin{}},
	"HelmChartInflationGenerator":    {builtins.HelmChartInflationGeneratorPlugin{}},
	"IAMPolicyGenerator":             {builtins.IAMPolicyGeneratorPlugin{}},
	"ImageTagTransformer":            {builtins.ImageTagTransformerPlugin{}},
	"LabelTransformer":               {builtins.LabelTransformerPlugin{}},
	"NamespaceTransformer":           {builtins.NamespaceTransformerPlugin{}},
	"PatchJson6902Transformer":       {builtins.PatchJson6902TransformerPlugin{}},
	"PatchStrategicMergeTransformer": {builtins.PatchStrategicMergeTransformerPlugin{}},
	"PatchTransformer":               {builtins.PatchTransformerPlugin{}},
	"PrefixSuffixTransformer":        {builtins.PrefixTransformerPlugin{}, builtins.SuffixTransformerPlugin{}},
	"PrefixTransformer":              {builtins.PrefixTransformerPlugin{}},
	"ReplacementTransformer":         {builtins.ReplacementTransformerPlugin{}},
	"ReplicaCountTransformer":        {builtins.ReplicaCountTransformerPlugin{}},
	"SecretGenerator":                {builtins.SecretGeneratorPlugin{}},
	"SuffixTransformer":              {builtins.SuffixTransformerPlugin{}},
	"ValueAddTransformer":            {builtins.ValueAddTransformerPlugin{}},
}

func parse(module string, path ...string) *ast.File {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(append([]string{module}, path...)...), nil, 0)
	check(err)
	return file
}

// checkPlugins fails if the source knows other kinds.
func checkPlugins(module string) {
	known := map[string]bool{}
	ast.Inspect(parse(module, "internal", "plugins", "builtinhelpers", "builtins.go"), func(n ast.Node) bool {
		entry, ok := n.(*ast.KeyValueExpr)
		if ok {
			if key, ok := entry.Key.(*ast.Ident); ok {
				known[key.Name] = true
			}
		}
		return true
	})
	for kind := range known {
		if plugins[kind] == nil {
			check(fmt.Errorf("%s is not listed here", kind))
		}
	}
	if len(known) != len(plugins) {
		check(fmt.Errorf("the source has %d plugins, this program %d", len(known), len(plugins)))
	}
}

// configFields are the fields of a transformer configuration, whose type is internal.
func configFields(module string) []string {
	var result []string
	spec := fields(reflect.TypeOf(types.FieldSpec{}), "", nil)
	for _, name := range structFields(parse(module, "internal", "plugins", "builtinconfig", "transformerconfig.go"), "TransformerConfig") {
		if name != "nameReference" {
			for _, below := range spec {
				result = append(result, name+"[]."+below)
			}
		}
	}
	for _, below := range []string{"group", "version", "kind"} {
		result = append(result, "nameReference[]."+below)
	}
	for _, below := range spec {
		result = append(result, "nameReference[].fieldSpecs[]."+below)
	}
	return result
}

func structFields(file *ast.File, name string) []string {
	var result []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok || spec.Name.Name != name {
			return true
		}
		for _, field := range spec.Type.(*ast.StructType).Fields.List {
			tag := reflect.StructTag(strings.Trim(field.Tag.Value, "`"))
			name, _ := label(tag, field.Names[0].Name, false)
			result = append(result, name)
		}
		return false
	})
	return result
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: checklist KUSTOMIZE_API_MODULE_DIR")
		os.Exit(2)
	}
	module := os.Args[1]
	checkPlugins(module)
	var lines []string
	add := func(word, rest string) { lines = append(lines, word+" "+rest) }
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		add("file", name)
	}
	add("kind", types.KustomizationKind)
	add("kind", types.ComponentKind)
	for _, path := range fields(reflect.TypeOf(types.Kustomization{}), "", nil) {
		add("field", path)
	}
	for _, option := range types.BuildMetadataOptions {
		add("value", "buildMetadata[]="+option)
	}
	for _, order := range []types.SortOrder{types.LegacySortOrder, types.FIFOSortOrder} {
		add("value", "sortOptions.order="+string(order))
	}
	for _, generator := range []string{"configMapGenerator", "secretGenerator"} {
		for _, b := range []types.GenerationBehavior{types.BehaviorCreate, types.BehaviorReplace, types.BehaviorMerge} {
			add("value", generator+"[].behavior="+b.String())
		}
	}
	for _, path := range configFields(module) {
		add("config", path)
	}
	for kind, types := range plugins {
		for _, plugin := range types {
			paths := fields(reflect.TypeOf(plugin), "", nil)
			for _, path := range paths {
				add("plugin", kind+" "+path)
			}
			if len(paths) == 0 {
				add("plugin", kind+" kind")
			}
		}
	}
	command := build.NewCmdBuild(filesys.MakeFsInMemory(), build.MakeHelp("kustomize", "build"), os.Stdout)
	build.AddFunctionAlphaEnablementFlags(command.Flags())
	command.Flags().VisitAll(func(flag *pflag.Flag) {
		add("flag", "--"+flag.Name)
		if flag.Shorthand != "" {
			add("flag", "-"+flag.Shorthand)
		}
	})
	for _, value := range []krusty.ReorderOption{krusty.ReorderOptionLegacy, krusty.ReorderOptionNone} {
		add("flag", "--reorder="+string(value))
	}
	for _, value := range []types.LoadRestrictions{types.LoadRestrictionsRootOnly, types.LoadRestrictionsNone} {
		add("flag", "--load-restrictor="+value.String())
	}
	sort.Strings(lines)
	var b strings.Builder
	b.WriteString("# Written by generate/checklist from kustomize v5.8.1; do not edit.\n")
	last := ""
	for _, line := range lines {
		if line != last {
			b.WriteString(line + "\n")
		}
		last = line
	}
	check(os.WriteFile("../../tests/conformance/checklist.txt", []byte(b.String()), 0o644))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
