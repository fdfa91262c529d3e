//! What the engine made of a document, unit by unit: each text, and its translation below it.
//!
//! `TERJUMAN_TEST_MODELS=$PWD/target/models cargo run -p terjuman-pipeline --example beside -- FILE...`

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a program for a developer to read")]

use std::error::Error;
use std::path::Path;

use terjuman_model::LanguagePair;
use terjuman_nmt::{Models, Neural, NeuralConfig, Pairs, Source, TranslateError, Translated, Unit};
use terjuman_pipeline::{Limits, Options, Request, Translator, Watch, translate};

/// Prints what passes through.
struct Beside(Neural);

impl Translator for Beside {
    fn pairs(&self) -> Pairs {
        self.0.pairs()
    }

    fn unit(&self) -> Unit {
        self.0.unit()
    }

    fn garbles_foreign_text(&self) -> bool {
        self.0.garbles_foreign_text()
    }

    fn translate(
        &self,
        pair: &LanguagePair,
        sources: &[Source],
        watch: &dyn Watch,
    ) -> Result<Vec<Translated>, TranslateError> {
        let translated = self.0.translate(pair, sources, watch)?;
        for (source, target) in sources.iter().zip(&translated) {
            println!("{}\n  {}{}", source.text, if target.kept_as_source { "KEPT " } else { "" }, target.text);
        }
        Ok(translated)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let models = std::env::var_os("TERJUMAN_TEST_MODELS").ok_or("TERJUMAN_TEST_MODELS names no folder of models")?;
    let engine = Beside(Neural::new(Models::new(models), &NeuralConfig::default())?);
    for file in std::env::args().skip(1) {
        println!("=== {file}");
        let request = Request {
            bytes: &std::fs::read(&file)?,
            name: Path::new(&file).file_name().and_then(|name| name.to_str()),
            content_type: None,
            source: Some("en".parse()?),
            target: "pt".parse()?,
            engine: &engine,
            glossaries: &[],
            options: &Options::default(),
            limits: &Limits::default(),
        };
        match translate(&request, &()) {
            Ok(output) => println!("=== {:?}", output.report),
            Err(failure) => println!("=== {failure}"),
        }
    }
    Ok(())
}
