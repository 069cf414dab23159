package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// tables prints the part of Go's package unicode that the substitution asks, as Rust: the letters and digits that make a name,
// and the case of single characters. Rust's own tables follow another version of Unicode and other rules.
func tables(out io.Writer) {
	fmt.Fprint(out, "//! What Go knows of letters, digits and case (Unicode ", unicode.Version, ").\n")
	fmt.Fprint(out, "//! Written by `envsubst-oracle tables`; a test compares.\n")
	array(out, "Letters and decimal digits: the first and the last of each range.", "NAME", named())
	array(out, "Upper case: the first and the last of a range, each how many, and what is added.", "UPPER", mapped(unicode.ToUpper))
	array(out, "Lower case, likewise.", "LOWER", mapped(unicode.ToLower))
}

func named() [][]int {
	var ranges [][]int
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			continue
		}
		if last := len(ranges) - 1; last >= 0 && ranges[last][1] == int(r)-1 {
			ranges[last][1]++
		} else {
			ranges = append(ranges, []int{int(r), int(r)})
		}
	}
	return ranges
}

func mapped(to func(rune) rune) [][]int {
	var ranges [][]int
	for r := rune(0); r <= unicode.MaxRune; r++ {
		delta := int(to(r) - r)
		if delta == 0 {
			continue
		}
		if last := len(ranges) - 1; last >= 0 && ranges[last][3] == delta {
			it := ranges[last]
			step := int(r) - it[1]
			if step <= 2 && (it[0] == it[1] || it[2] == step) {
				it[1], it[2] = int(r), step
				continue
			}
		}
		ranges = append(ranges, []int{int(r), int(r), 1, delta})
	}
	return ranges
}

func array(out io.Writer, comment, name string, ranges [][]int) {
	fmt.Fprintf(out, "\n/// %s\n#[rustfmt::skip]\npub(super) const %s: [[i32; %d]; %d] = [\n", comment, name, len(ranges[0]), len(ranges))
	line := "   "
	for _, it := range ranges {
		item := " " + strings.ReplaceAll(fmt.Sprint(it), " ", ", ") + ","
		if len(line)+len(item) > 130 {
			fmt.Fprintln(out, line)
			line = "   "
		}
		line += item
	}
	fmt.Fprintf(out, "%s\n];\n", line)
}
