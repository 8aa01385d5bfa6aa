//! Hexdumps with names of fields and a mark at the octet concerned.

use std::fmt::Write as _;

/// Field of a message in a hexdump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Offset of its first octet from the message's first octet.
    pub offset: usize,
    /// Number of its octets, nested fields included.
    pub len: usize,
    /// Text shown beside its first octets.
    pub label: String,
}

/// Octets per row, with and without fields.
const NAMED_ROW: usize = 8;
const PLAIN_ROW: usize = 16;
/// Limit on the rows of a message.
const ROWS: usize = 40;

struct Row<'a> {
    offset: usize,
    octets: &'a [u8],
    beside: String,
}

/// Returns the lines of a hexdump. Each field begins a new row; `mark` is the offset of the octet to mark. Of a long
/// message, the lines show the part around the mark.
pub fn hexdump(octets: &[u8], spans: &[Span], mark: Option<usize>) -> Vec<String> {
    let rows = if spans.is_empty() {
        plain_rows(octets)
    } else {
        named_rows(octets, spans)
    };
    let width = if spans.is_empty() {
        PLAIN_ROW
    } else {
        NAMED_ROW
    };
    let at_mark = mark.and_then(|mark| rows.iter().rposition(|row| row.offset <= mark));
    let first = at_mark
        .unwrap_or(0)
        .saturating_sub(ROWS / 2)
        .min(rows.len().saturating_sub(ROWS));
    let mut lines = Vec::new();
    if first > 0 {
        lines.push(format!("…     {} octets before", rows[first].offset));
    }
    for (n, row) in rows.iter().enumerate().skip(first).take(ROWS) {
        lines.push(line(row, width));
        if let (Some(mark), true) = (mark, at_mark == Some(n)) {
            let column = column(mark - row.offset).min(column(width));
            lines.push(format!("{:column$}^^ offset {mark}", ""));
        }
    }
    if let Some(next) = rows.get(first + ROWS) {
        lines.push(format!("…     {} octets after", octets.len() - next.offset));
    }
    lines
}

fn plain_rows(octets: &[u8]) -> Vec<Row<'_>> {
    let printable = |octet: &u8| {
        if (0x20..0x7f).contains(octet) {
            char::from(*octet)
        } else {
            '.'
        }
    };
    let beside = |octets: &[u8]| octets.iter().map(printable).collect();
    let chunks = octets.chunks(PLAIN_ROW).enumerate();
    chunks
        .map(|(n, octets)| Row {
            offset: n * PLAIN_ROW,
            octets,
            beside: beside(octets),
        })
        .collect()
}

fn named_rows<'a>(octets: &'a [u8], spans: &[Span]) -> Vec<Row<'a>> {
    let mut borders: Vec<usize> = spans
        .iter()
        .flat_map(|s| [s.offset, s.offset.saturating_add(s.len)])
        .collect();
    borders.extend([0, octets.len()]);
    borders.retain(|at| *at <= octets.len());
    borders.sort_unstable();
    borders.dedup();
    let mut rows = Vec::new();
    for pair in borders.windows(2) {
        let labels: Vec<&str> = spans
            .iter()
            .filter(|s| s.offset == pair[0])
            .map(|s| s.label.as_str())
            .filter(|l| !l.is_empty())
            .collect();
        // The indent of the first label shows the depth of nesting.
        let rest = labels.iter().skip(1).map(|label| label.trim_start());
        let labels: Vec<&str> = labels.first().copied().into_iter().chain(rest).collect();
        let mut beside = crate::clean(&labels.join(" · "));
        for (n, chunk) in octets[pair[0]..pair[1]].chunks(NAMED_ROW).enumerate() {
            rows.push(Row {
                offset: pair[0] + n * NAMED_ROW,
                octets: chunk,
                beside: std::mem::take(&mut beside),
            });
        }
    }
    rows
}

fn line(row: &Row<'_>, width: usize) -> String {
    let mut line = format!("{:04x}  ", row.offset);
    for (n, octet) in row.octets.iter().enumerate() {
        let gap = if n > 0 && n % 4 == 0 { " " } else { "" };
        let _ = write!(line, "{gap}{octet:02x} ");
    }
    if !row.beside.is_empty() {
        let column = column(width);
        line = format!("{line:column$}{}", row.beside);
    }
    line.truncate(line.trim_end().len());
    line
}

/// Returns the column of a row's nth octet.
fn column(n: usize) -> usize {
    6 + 3 * n + n / 4
}

#[cfg(test)]
mod tests {
    use super::*;

    const OCTETS: [u8; 20] = [
        3, 0, 0, 0x14, 0, 9, 0, 8, b'E', b'c', b'h', b'o', 0, 0xe, 0, 8, 0x12, 0x34, 0x56, 0x78,
    ];

    fn span(offset: usize, len: usize, label: &str) -> Span {
        Span {
            offset,
            len,
            label: label.to_owned(),
        }
    }

    #[test]
    fn field_begins_a_row_and_mark_points_at_its_octet() {
        let spans = [
            span(0, 4, "header"),
            span(4, 8, "pool-handle \"Echo\""),
            span(12, 8, "  outer"),
            span(12, 8, "    inner"),
        ];
        let expected = [
            "0000  03 00 00 14               header",
            "0004  00 09 00 08  45 63 68 6f  pool-handle \"Echo\"",
            "            ^^ offset 6",
            "000c  00 0e 00 08  12 34 56 78    outer · inner",
        ];
        assert_eq!(hexdump(&OCTETS, &spans, Some(6)), expected);
    }

    #[test]
    fn hexdump_without_fields_shows_printable_octets() {
        let expected = [
            "0000  03 00 00 14  00 09 00 08  45 63 68 6f  00 0e 00 08  ........Echo....",
            "0010  12 34 56 78                                         .4Vx",
            "                   ^^ offset 20",
        ];
        assert_eq!(hexdump(&OCTETS, &[], Some(20)), expected);
        assert!(hexdump(&[], &[], Some(0)).is_empty());
    }

    #[test]
    fn fields_beyond_the_octets_are_ignored() {
        let spans = [span(4, usize::MAX, "overrun"), span(400, 4, "beyond")];
        assert_eq!(hexdump(&OCTETS, &spans, None).len(), 3);
    }

    #[test]
    fn hexdump_of_a_long_message_shows_the_part_around_the_mark() {
        let lines = hexdump(&[0; 4000], &[], Some(2000));
        assert_eq!(lines.len(), ROWS + 3);
        assert_eq!(lines[0], "…     1680 octets before");
        assert_eq!(lines[ROWS + 2], "…     1680 octets after");
        assert!(lines.iter().any(|line| line.contains("^^ offset 2000")));
    }
}
