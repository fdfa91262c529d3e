//! Writes two small models with random weights into the folder that is named: the first inputs of the fuzz targets, see
//! `scripts/fuzz`. It prints what each file is and where.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that says what it wrote")]

use std::path::Path;

use terjuman_nmt::marian::measure::small_models;

fn main() {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("usage: small-models FOLDER");
        std::process::exit(2);
    };
    for files in small_models(Path::new(&folder)) {
        println!("model {}", files.model.display());
        println!("vocabulary {}", files.source_vocabulary.display());
        if files.target_vocabulary != files.source_vocabulary {
            println!("vocabulary {}", files.target_vocabulary.display());
        }
        if let Some(shortlist) = files.shortlist {
            println!("shortlist {}", shortlist.display());
        }
    }
}
