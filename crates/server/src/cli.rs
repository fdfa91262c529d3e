//! The command line's shape.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Translates whole documents on your own machine
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub(crate) struct Cli {
    /// A TOML configuration file; see config.example.toml
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Translate files and folders, without a server
    Translate(TranslateArguments),
    /// Serve the API and translate what is asked for
    Serve(ServeArguments),
    /// List, show, watch, cancel and forget the jobs of a running server
    Jobs(JobsArguments),
    /// List, fetch, add and remove translation models
    Models(ModelsArguments),
    /// Copy the job database into a file, while the server runs
    Backup(BackupArguments),
    /// Check or print the configuration
    Config(ConfigArguments),
    /// Check whether this machine is ready, and say what to do where it is not
    Doctor,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// What this process does; roles other than all need a PostgreSQL database
    #[arg(long, value_enum, default_value_t = Role::All)]
    pub(crate) role: Role,
    /// Serve https without a certificate of your own; clients trust tls/ca.pem of the data directory
    #[arg(long, value_enum, value_name = "KIND")]
    pub(crate) tls: Option<Tls>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tls {
    /// Signed by a root certificate that this machine makes for itself
    SelfSigned,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Answers requests and works on documents
    All,
    /// Only answers requests
    Api,
    /// Only works on documents
    Worker,
}

impl Role {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Api => "api",
            Self::Worker => "worker",
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct JobsArguments {
    /// The server's address; the key sent is the first of auth.keys [default: http:// and the configured http.listen]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) server: Option<String>,
    #[command(subcommand)]
    pub(crate) command: JobsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum JobsCommand {
    /// List jobs, newest first
    List {
        /// Only jobs with one of these statuses, as Running,Failed
        #[arg(long = "status", value_name = "STATUS", value_delimiter = ',')]
        statuses: Vec<String>,
        /// How many at most
        #[arg(long, default_value_t = 20, value_name = "COUNT")]
        top: u32,
    },
    /// Show a job and its documents
    Show {
        /// The job's id
        id: String,
    },
    /// Follow a job until it ends; the exit code says whether it succeeded
    Watch {
        /// The job's id
        id: String,
    },
    /// Show what happened to a document, or to each document of a job
    Report {
        /// The document's id, or the job's
        id: String,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Cancel a job
    Cancel {
        /// The job's id
        id: String,
    },
    /// Forget a finished job and its documents; the translated files stay
    Forget {
        /// The job's id
        id: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ModelsArguments {
    #[command(subcommand)]
    pub(crate) command: ModelsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    /// List the installed models
    List {
        /// List what the public catalogue has instead
        #[arg(long)]
        available: bool,
    },
    /// Fetch a model from the public catalogue
    Pull {
        /// Source and target language, as en-pt
        #[arg(value_name = "SRC-TRG")]
        pair: String,
    },
    /// Add every model found in a folder, zip archive or Python wheel
    Add {
        /// The folder or file
        #[arg(value_name = "DIR-OR-FILE")]
        path: PathBuf,
    },
    /// Remove a model
    Remove {
        /// Source and target language, as en-pt
        #[arg(value_name = "SRC-TRG")]
        pair: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct TranslateArguments {
    /// Files and folders; a folder is translated with everything below it that has a known format
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,
    /// Language to translate into
    #[arg(long, value_name = "LANG")]
    pub(crate) to: String,
    /// Language to translate from [default: detected for each document]
    #[arg(long, value_name = "LANG")]
    pub(crate) from: Option<String>,
    /// Output file for one document, output folder otherwise [default: NAME.LANG.EXT beside each input]
    #[arg(long, short, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
    /// What translates: neural, pseudo (look-alike letters), identity (nothing changes), or a name the configuration gives
    #[arg(long, value_name = "NAME")]
    pub(crate) engine: Option<String>,
    /// Glossary file (.csv, .tsv, .xlf); may be given several times: of two that have a term, the earlier one counts
    #[arg(long = "glossary", value_name = "FILE")]
    pub(crate) glossaries: Vec<PathBuf>,
    /// What of a document is translated, as comments=false; may be given several times; see docs/options.md
    #[arg(long = "option", value_name = "NAME=VALUE")]
    pub(crate) options: Vec<String>,
    /// Print what happened to each document: lines to read, or json, one object a line
    #[arg(long, value_enum, value_name = "FORM", num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    pub(crate) report: Option<ReportForm>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportForm {
    /// Lines to read
    Text,
    /// One JSON object a line
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct BackupArguments {
    /// The new file; one that is there already is not replaced
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct ConfigArguments {
    #[command(subcommand)]
    pub(crate) command: ConfigCommand,
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check the configuration and say what is wrong with it
    Check,
    /// Print the effective configuration, secrets hidden
    Print,
}
