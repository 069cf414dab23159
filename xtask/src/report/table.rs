//! Plain tables: columns as wide as their widest cell, nothing drawn.

/// Lays out rows under a head; cells are separated by two spaces, the last column is never padded.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(head.get(column).map(|cell| cell.chars().count())).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let lay = |cells: Vec<&str>| {
        let mut line = String::new();
        for (column, cell) in cells.iter().enumerate() {
            line.push_str(cell);
            if column + 1 < cells.len() {
                let pad = widths.get(column).copied().unwrap_or(0).saturating_sub(cell.chars().count()) + 2;
                line.extend(std::iter::repeat_n(' ', pad));
            }
        }
        line.trim_end().to_owned()
    };
    let mut lines = vec![lay(head.to_vec())];
    lines.extend(rows.iter().map(|row| lay(row.iter().map(String::as_str).collect())));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = vec![vec!["nextcloud".into(), "9.2.4".into()], vec!["nginx".into(), "1".into()]];
        assert_eq!(table(&["NAME", "VERSION"], &rows), "NAME       VERSION\nnextcloud  9.2.4\nnginx      1");
    }
}
