//! The arguments of `capsule`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::diagnose::arguments::Inputs;

#[derive(Debug, Args)]
pub(crate) struct Capsule {
    /// File to write; `-` is standard output.
    #[arg(value_name = "OUTPUT")]
    pub(crate) output: PathBuf,
    /// Scenario file to use instead of settings, or one of its cases: FILE@CASE.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["connector", "from_logto", "application", "sign_in_experience", "huggingface"])]
    pub(crate) scenario: Option<PathBuf>,
    /// Overwrite an existing file.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) inputs: Inputs,
}
