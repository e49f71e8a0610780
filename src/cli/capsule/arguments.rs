//! What `capsule` takes.

use std::path::PathBuf;

use clap::Args;

use crate::cli::diagnose::arguments::Inputs;

#[derive(Debug, Args)]
pub(crate) struct Capsule {
    /// The file to write; `-` is standard output.
    #[arg(value_name = "OUTPUT")]
    pub(crate) output: PathBuf,
    /// A scenario file in place of settings, or one of its cases: FILE@CASE.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["connector", "from_logto", "application", "sign_in_experience", "huggingface"])]
    pub(crate) scenario: Option<PathBuf>,
    /// Write over a file that is there.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) inputs: Inputs,
}
