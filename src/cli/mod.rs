//! The command line: one file per command, and the only place that writes to standard output and error.
//!
//! Exit codes: 0 done, 1 failed, 2 called wrongly, 5 a limit was reached, 130 cancelled. Results go to standard output,
//! everything else to standard error. A reader that stops early (`| head`) is no failure.

mod args;
mod completions;
mod context;
mod demo;
mod generate;
mod land;
mod log;
mod man;
mod printer;
mod providers;
mod report;
mod reports;
mod segment;
mod size;
mod sql;
mod status_codes;

use std::process::ExitCode;

use crate::limits::STACK_BYTES;
use crate::output::is_broken_pipe;
use crate::repl::{self, Console};
use crate::{Error, Result};
use args::{Cli, Command};
use context::Context;
use printer::Printer;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    completions::answer_shell();
    let printer = Printer::new();
    let cli = match args::parse() {
        Ok(cli) => cli,
        Err(error) => {
            printer.error(&error);
            return ExitCode::from(error.exit_code());
        }
    };
    // Statements are planned on this thread, whose stack would else be whatever the system gives.
    let done = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("smsql".to_owned()).stack_size(STACK_BYTES);
        match thread.spawn_scoped(scope, || run(cli, &printer)) {
            Ok(thread) => thread.join().unwrap_or_else(|_| Err(Error::Internal("it panicked".to_owned()))),
            Err(error) => Err(Error::storage("cannot start a thread", error)),
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            printer.error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(cli: Cli, printer: &Printer) -> Result<()> {
    let command = cli.command;
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    if let Some(threads) = cli.global.threads {
        runtime.worker_threads(threads.get());
    }
    let runtime = runtime.enable_all().thread_stack_size(STACK_BYTES).build();
    let runtime = runtime.map_err(|error| Error::storage("cannot start threads", error))?;
    let settings = cli.global.settings();
    let context = Context { settings: &settings, console: printer };
    let done = runtime.block_on(async {
        let command = match command {
            Some(command) => command,
            None if printer.is_interactive() => return repl::run(printer, settings.clone()).await,
            None => Command::Sql(args::SqlArgs::from_stdin()),
        };
        match command {
            Command::Demo(args) => demo::run(&context, args).await,
            Command::Generate(args) => generate::run(&context, args),
            Command::Land(args) => land::run(&context, args).await,
            Command::Providers(args) => providers::run(&context, args).await,
            Command::Sql(args) => sql::run(&context, args).await,
            Command::Reports(args) => reports::run(&context, args).await,
            Command::Report(args) => report::run(&context, args).await,
            Command::Segment(args) => segment::run(&context, args).await,
            Command::Log(args) => log::run(&context, args).await,
            Command::StatusCodes(args) => status_codes::run(&context, args).await,
            Command::Completions(args) => completions::run(&context, args),
            Command::Man => man::run(&context),
        }
    });
    // A query that was cancelled may still be in the middle of a batch: nobody waits for it, the process ends. To let the
    // threads go while they end would race in glibc before 2.41 (bug 19951), which frees large stacks at once.
    std::mem::forget(runtime);
    done
}
