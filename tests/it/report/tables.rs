//! Tables as programs read them back.

use std::io::Cursor;

use chrono::NaiveDate;
use polars::prelude::*;
use trustrisk::report::tables::{Block, Cells, CsvSink, ParquetSink};

fn block() -> Block {
    let texts = ["plain", "a,b", "say \"hi\"", "two\nlines", "", "=cmd", " space ", "ünïcode 🦀", "0012", "\r"];
    let mut text: Vec<Option<String>> = texts.iter().map(|text| Some((*text).to_owned())).collect();
    text.push(None);
    let numbers = [0.1 + 0.2, -0.0, 1e-300, 123_456_789.123_456_78, 1.0, -7.25, 1e21, 5e-324, 100.0, 1.0 / 3.0];
    let mut number: Vec<Option<f64>> = numbers.iter().copied().map(Some).collect();
    number.push(None);
    let mut date = vec![NaiveDate::from_ymd_opt(2026, 6, 30); 10];
    date.push(None);
    let n = 11;
    Block {
        columns: vec![
            ("id, quoted".to_owned(), Cells::Text(text)),
            ("number".to_owned(), Cells::Number(number)),
            ("integer".to_owned(), Cells::Integer((0..n).map(|i| (i != 3).then_some(i - 5)).collect())),
            ("flag".to_owned(), Cells::Flag((0..n).map(|i| (i != 4).then_some(i % 2 == 0)).collect())),
            ("date".to_owned(), Cells::Date(date)),
        ],
    }
}

fn csv(blocks: &[Block], escape: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut sink = CsvSink::new(&mut bytes, escape);
    for block in blocks {
        sink.write(block).expect("a block");
    }
    let n_rows: usize = blocks.iter().map(Block::n_rows).sum();
    assert_eq!(sink.finish().expect("rows"), n_rows as u64);
    bytes
}

fn parquet(blocks: &[Block]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut sink = ParquetSink::new(&mut bytes);
    for block in blocks {
        sink.write(block).expect("a block");
    }
    sink.finish().expect("rows");
    bytes
}

fn assert_frame_is_block(frame: &DataFrame, copies: usize) {
    let block = block();
    assert_eq!(frame.height(), copies * block.n_rows());
    for (name, cells) in &block.columns {
        let column = frame.column(name).expect("a column");
        for row in 0..frame.height() {
            let at = row % block.n_rows();
            let value = column.get(row).expect("a value");
            match cells {
                Cells::Text(cells) => assert_eq!(value.get_str(), cells[at].as_deref(), "row {row}"),
                Cells::Number(cells) => {
                    assert_eq!(value.extract::<f64>().map(f64::to_bits), cells[at].map(f64::to_bits));
                }
                Cells::Known(cells) => assert_eq!(value.extract::<f64>(), Some(cells[at])),
                Cells::Integer(cells) => assert_eq!(value.extract::<i64>(), cells[at]),
                Cells::Flag(cells) => assert_eq!(value, cells[at].map_or(AnyValue::Null, AnyValue::Boolean)),
                Cells::Date(cells) => assert_eq!(value.is_null(), cells[at].is_none()),
            }
        }
    }
}

/// A block in which no number is null is of the same kind as one in which some are, and the same bytes as if it said so.
#[test]
fn numbers_that_are_all_known_are_numbers() {
    let of = |cells: Cells| Block { columns: vec![("n".to_owned(), cells)] };
    let known = of(Cells::Known(vec![0.5, -2.0]));
    let told = of(Cells::Number(vec![Some(0.5), Some(-2.0)]));
    let some = of(Cells::Number(vec![None, Some(1.0)]));
    assert_eq!(parquet(&[known.clone(), some.clone()]), parquet(&[told.clone(), some.clone()]));
    assert_eq!(csv(&[known.clone(), some.clone()], false), csv(&[told, some], false));
    let broken = of(Cells::Known(vec![1.0, f64::NAN]));
    let error = ParquetSink::new(Vec::new()).write(&broken).unwrap_err().to_string();
    assert!(error.contains("column `n` holds a number that is not finite in row 1"), "{error}");
}

#[test]
fn csv_is_quoted_only_where_it_must_be() {
    let one = Block {
        columns: vec![
            ("id".to_owned(), Cells::Text(vec![Some("0012".into()), Some(String::new()), None, Some("a,\"b".into())])),
            ("n".to_owned(), Cells::Number(vec![Some(0.1), Some(2.0), None, Some(-1e-7)])),
        ],
    };
    let text = String::from_utf8(csv(&[one], false)).expect("text");
    assert_eq!(text, "id,n\n0012,0.1\n\"\",2\n,\n\"a,\"\"b\",-0.0000001\n");
}

#[test]
fn csv_reads_back_as_it_was() {
    let bytes = csv(&[block(), block()], false);
    let schema = Schema::from_iter([("id, quoted".into(), DataType::String), ("flag".into(), DataType::Boolean)]);
    let options = CsvReadOptions::default()
        .with_schema_overwrite(Some(Arc::new(schema)))
        .map_parse_options(|parse| parse.with_missing_is_null(true));
    let frame = options.into_reader_with_file_handle(Cursor::new(bytes)).finish().expect("a frame");
    assert_frame_is_block(&frame, 2);
}

#[test]
fn csv_disarms_formulas_where_asked() {
    let cells = ["=1+1", "+1", "-1", "@x", "\tx", "x=1", "a,=b"].map(|text| Some(text.to_owned())).to_vec();
    let block = Block { columns: vec![("id".to_owned(), Cells::Text(cells))] };
    let text = String::from_utf8(csv(&[block], true)).expect("text");
    assert_eq!(text, "id\n'=1+1\n'+1\n'-1\n'@x\n'\tx\nx=1\n\"a,=b\"\n");
}

#[test]
fn csv_does_not_depend_on_blocks_or_threads() {
    let many = Block { columns: vec![("n".to_owned(), Cells::Integer((0..100_000).map(Some).collect()))] };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    let once = pool.install(|| csv(std::slice::from_ref(&many), false));
    assert_eq!(once, csv(&[many], false));
    assert_eq!(once.iter().filter(|byte| **byte == b'\n').count(), 100_001);
}

#[test]
fn parquet_reads_back_as_it_was_and_is_the_same_twice() {
    let bytes = parquet(&[block(), block()]);
    assert_eq!(bytes, parquet(&[block(), block()]));
    let frame = ParquetReader::new(Cursor::new(bytes)).finish().expect("a frame");
    assert_eq!(frame.column("date").expect("dates").dtype(), &DataType::Date);
    assert_frame_is_block(&frame, 2);
}

#[test]
fn an_empty_block_makes_a_table_with_columns() {
    let empty =
        Block { columns: vec![("id".to_owned(), Cells::Text(vec![])), ("n".to_owned(), Cells::Number(vec![]))] };
    assert_eq!(csv(std::slice::from_ref(&empty), false), b"id,n\n");
    let frame = ParquetReader::new(Cursor::new(parquet(&[empty]))).finish().expect("a frame");
    assert_eq!((frame.height(), frame.width()), (0, 2));
}

#[test]
fn what_is_no_table_is_refused() {
    let refused = |columns: Vec<(&str, Cells)>| {
        let columns = columns.into_iter().map(|(name, cells)| (name.to_owned(), cells)).collect();
        CsvSink::new(Vec::new(), false).write(&Block { columns }).expect_err("an error").to_string()
    };
    let nan = refused(vec![("x", Cells::Number(vec![Some(1.0), Some(f64::NAN)]))]);
    assert_eq!(nan, "column `x` holds a number that is not finite in row 1");
    let ragged = refused(vec![("x", Cells::Flag(vec![None])), ("y", Cells::Flag(vec![]))]);
    assert_eq!(ragged, "column `y` has 0 rows, expected 1 as in the first");
    let twice = refused(vec![("x", Cells::Flag(vec![])), ("x", Cells::Flag(vec![]))]);
    assert_eq!(twice, "column `x` stands twice in a table, expected once");
    let mut sink = ParquetSink::new(Vec::new());
    sink.write(&block()).expect("a block");
    let other = Block { columns: vec![("x".to_owned(), Cells::Flag(vec![]))] };
    assert!(sink.write(&other).is_err());
    assert!(ParquetSink::new(Vec::new()).finish().is_err());
}

/// Not a check: how long a million rows take.
#[test]
#[ignore = "measures"]
fn a_million_rows() {
    let n = 125_000;
    let mut columns = vec![("id".to_owned(), Cells::Text((0..n).map(|i| Some(format!("C-{i}"))).collect()))];
    for k in 0..29 {
        columns.push((format!("n{k}"), Cells::Number((0..n).map(|i| Some(f64::from(i * 31 + k) / 7.0)).collect())));
    }
    for k in 0..5 {
        let sentence = |i: i32| format!("Contract is month-to-month: raises the score by {}.{k} points", i % 97);
        columns.push((format!("reason_{k}"), Cells::Text((0..n).map(|i| Some(sentence(i))).collect())));
    }
    let block = Block { columns };
    let blocks: Vec<Block> = (0..8).map(|_| block.clone()).collect();
    let start = std::time::Instant::now();
    let bytes = csv(&blocks, false).len();
    eprintln!("csv {bytes} bytes {:?}", start.elapsed());
    let start = std::time::Instant::now();
    let bytes = parquet(&blocks).len();
    eprintln!("parquet {bytes} bytes {:?}", start.elapsed());
}
