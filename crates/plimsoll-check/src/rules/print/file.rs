//! What the file itself is for: a sink, a one-off, a script.

use crate::context::Context;
use crate::words::has_any;

/// A file that is about logging itself.
pub(super) fn sink_file(path: &str) -> bool {
    let path = path.rsplit_once('.').map_or(path, |(path, _)| path);
    path.split('/').any(|part| {
        matches!(
            part,
            "logging"
                | "logger"
                | "loggers"
                | "log"
                | "logs"
                | "tracing"
                | "telemetry"
                | "_logging"
                | "log_config"
                | "logging_config"
                | "logconfig"
                | "log_utils"
                | "observability"
        ) || part.starts_with("log_setup")
            || part.ends_with("_logger")
            || part.ends_with("_logging")
    })
}

/// A file whose code brings data from one version to the next, run by a person who waits for it.
pub(super) fn one_off(path: &str) -> bool {
    let (path, python) = match path.rsplit_once('.') {
        Some((path, extension)) => (path, extension == "py"),
        None => (path, false),
    };
    path.split('/').any(|part| {
        matches!(
            part,
            "upgrade" | "upgrades" | "upgrader" | "downgrade" | "migrator"
        ) || part == "migrate" && python
    })
}

/// A module that is run, not served: a shebang, an argument parser.
pub(super) fn script(context: &Context<'_>) -> bool {
    let source = context.source;
    let main = has_any(
        source,
        &["__name__ == \"__main__\"", "__name__ == '__main__'"],
    );
    let serves = has_any(
        source,
        &[
            "uvicorn.run",
            "app.run(",
            "run_app(",
            "FastAPI(",
            "Flask(",
            "web.Application(",
            "serve_forever",
            "asyncio.run(",
            "run_forever",
            "getLogger",
            "get_logger",
            "import logging",
            "loguru",
        ],
    );
    if main && !serves {
        return true;
    }
    let parses = has_any(
        source,
        &[
            "ArgumentParser(",
            "OptionParser(",
            "getopt.getopt",
            "getopt.gnu_getopt",
            "sys.argv",
            "docopt(",
        ],
    );
    // A module may borrow click's colours and be no command.
    let clicks = has_any(source, &["import click", "from click"])
        && has_any(source, &["@click.", "@command(", "@group("]);
    // Some projects put a shebang on every module.
    source.starts_with("#!") && (main || !source.contains("\nclass "))
        || source.contains(".add_argument(")
        || clicks
        // Without functions all of it is run.
        || parses && (main || source.contains("def main(") || !has_any(source, &["def ", "class "]))
        || has_any(
            source,
            &[
                "typer.Typer(",
                "import fire\n",
                "import cmd\n",
                "import curses",
                "management.base import",
                "import invoke",
                "from invoke",
            ],
        )
}
