// Command values-oracle answers which values helm-controller gives to Helm, question by question in one process.
//
// Each line of standard input is
//
//	{"references": [ENTRY OF valuesFrom], "objects": {"KIND/NAME": {KEY: BASE64}}, "inline": JSON}
//
// and each line of standard output {"values": TEXT} or {"error": TEXT}. The text writes each value with the type that Go has for
// it, because JSON does not tell an int64 from a float64: `n`, `t`, `f`, `i` and a number, `d` and the bits of a float64 in
// hexadecimal, `s` and the length of a text and the text, `[…]` and `{…}` with sorted keys.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/chartutil"
	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	kubeclient "sigs.k8s.io/controller-runtime/pkg/client"
)

type question struct {
	References []meta.ValuesReference       `json:"references"`
	Objects    map[string]map[string][]byte `json:"objects"`
	Inline     json.RawMessage              `json:"inline"`
}

type answer struct {
	Values string `json:"values,omitempty"`
	Error  string `json:"error,omitempty"`
}

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "values-oracle:", err)
		os.Exit(1)
	}
}

func serve(input io.Reader, output io.Writer) error {
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
		a, err := ask(q)
		if err != nil {
			return err
		}
		if err := answers.Encode(a); err != nil {
			return err
		}
	}
}

func ask(q question) (answer, error) {
	var release helmv2.HelmRelease
	if len(q.Inline) > 0 && string(q.Inline) != "null" {
		raw, err := served(q.Inline)
		if err != nil {
			return answer{}, err
		}
		release.Spec.Values = &apiextensionsv1.JSON{Raw: raw}
	}
	values, err := chartutil.ChartValuesFromReferences(context.Background(), logr.Discard(), cluster{objects: q.Objects},
		"default", release.GetValues(), q.References...)
	if err != nil {
		return answer{Error: err.Error()}, nil
	}
	var out strings.Builder
	if err := write(&out, map[string]any(values)); err != nil {
		return answer{}, err
	}
	return answer{Values: out.String()}, nil
}

// served is the JSON as an API server writes it.
func served(raw json.RawMessage) ([]byte, error) {
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	return json.Marshal(value)
}

// cluster is the little that ChartValuesFromReferences needs of one.
type cluster struct {
	kubeclient.Client
	objects map[string]map[string][]byte
}

func (c cluster) Get(_ context.Context, key kubeclient.ObjectKey, object kubeclient.Object, _ ...kubeclient.GetOption) error {
	missing := func(resource string) error {
		return apierrors.NewNotFound(schema.GroupResource{Resource: resource}, key.Name)
	}
	switch object := object.(type) {
	case *corev1.Secret:
		data, ok := c.objects["Secret/"+key.Name]
		if !ok {
			return missing("secrets")
		}
		object.Data = data
	case *corev1.ConfigMap:
		data, ok := c.objects["ConfigMap/"+key.Name]
		if !ok {
			return missing("configmaps")
		}
		object.Data = map[string]string{}
		for key, value := range data {
			object.Data[key] = string(value)
		}
	}
	return nil
}

func write(out *strings.Builder, value any) error {
	switch value := value.(type) {
	case nil:
		out.WriteString("n")
	case bool:
		if value {
			out.WriteString("t")
		} else {
			out.WriteString("f")
		}
	case int64:
		fmt.Fprintf(out, "i%d", value)
	case float64:
		fmt.Fprintf(out, "d%016x", math.Float64bits(value))
	case string:
		fmt.Fprintf(out, "s%d:%s", len(value), value)
	case []any:
		out.WriteString("[")
		for _, item := range value {
			if err := write(out, item); err != nil {
				return err
			}
			out.WriteString(",")
		}
		out.WriteString("]")
	case map[string]any:
		return writeMap(out, value)
	default:
		return fmt.Errorf("a value of type %T", value)
	}
	return nil
}

func writeMap(out *strings.Builder, value map[string]any) error {
	keys := make([]string, 0, len(value))
	for key := range value {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	out.WriteString("{")
	for _, key := range keys {
		if err := write(out, key); err != nil {
			return err
		}
		out.WriteString(":")
		if err := write(out, value[key]); err != nil {
			return err
		}
		out.WriteString(",")
	}
	out.WriteString("}")
	return nil
}
