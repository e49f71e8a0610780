//! The message about containers that stay after a run.

use url::Url;

/// Containers that stay, and how to reach them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub(super) endpoint: Url,
    pub(super) admin_endpoint: Url,
    pub(super) secret: String,
    pub(super) run: String,
    pub(super) containers: [String; 2],
    pub(super) reuse: bool,
}

impl std::fmt::Display for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.reuse {
            return write!(
                f,
                "kept for the next run with --reuse (run {run}); remove it with `logto-testkit clean {run}`",
                run = self.run
            );
        }
        let [postgres, logto] = self.containers.each_ref().map(|id| id.get(..12).unwrap_or(id));
        writeln!(f, "kept for inspection (run {}):", self.run)?;
        writeln!(f, "  Logto      {}", self.endpoint)?;
        writeln!(f, "  console    {}", self.admin_endpoint)?;
        writeln!(f, "  API        --logto-m2m m-default:{}", self.secret)?;
        writeln!(f, "  log        docker logs {logto}")?;
        writeln!(f, "  database   docker exec -it {postgres} psql -U postgres logto")?;
        write!(
            f,
            "Remove it with `logto-testkit clean {}`. Its huggingface.co was the mock of this run, which is gone.",
            self.run
        )
    }
}
