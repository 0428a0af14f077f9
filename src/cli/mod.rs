//! The command line: one file per command, and the only place that writes to standard output and error.
//!
//! Exit codes: 0 done, 1 failed, 2 called wrongly, 5 a limit was reached, 130 cancelled. Results go to standard output,
//! everything else to standard error. A reader that stops early (`| head`) is no failure.

mod args;
mod completions;
mod config;
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
mod sql;
mod status_codes;

use std::process::ExitCode;
use std::time::Duration;

use crate::clock::Stopwatch;
use crate::limits::STACK_BYTES;
use crate::output::{discard_unfinished, is_broken_pipe};
use crate::repl::config::{Config, Environment};
use crate::repl::{self, Console};
use crate::session::discard_spilled;
use crate::{Error, Result};
use args::{Cli, Command, ConfigArgs, ConfigCommand, Global};
use context::Context;
use printer::Printer;

/// How long a command that is cancelled may clean up after itself, before it is done for it.
const CLEANUP: Duration = Duration::from_millis(80);

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    completions::answer_shell();
    let mut printer = Printer::new();
    let cli = match args::parse() {
        Ok(cli) => cli,
        Err(error) => {
            printer.error(&error);
            return ExitCode::from(error.exit_code());
        }
    };
    let job = match prepare(cli, &mut printer) {
        Ok(job) => job,
        Err(error) if is_broken_pipe(&error) => return ExitCode::SUCCESS,
        Err(error) => {
            printer.error(&error);
            return ExitCode::from(error.exit_code());
        }
    };
    // The command has it for as long as the process lives, so that nobody has to wait for a command.
    let printer: &'static Printer = Box::leak(Box::new(printer));
    let Some((command, config)) = job else { return ExitCode::SUCCESS };
    // Statements are planned on this thread, whose stack would else be whatever the system gives.
    let done = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("smsql".to_owned()).stack_size(STACK_BYTES);
        match thread.spawn_scoped(scope, || run(command, config, printer)) {
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

/// The command and the settings in force. What goes without them is done at once: it works also where they are wrong.
fn prepare(cli: Cli, printer: &mut Printer) -> Result<Option<(Option<Command>, Config)>> {
    let command = match cli.command {
        None if !printer.is_interactive() => Some(Command::Sql(args::SqlArgs::from_stdin())),
        command => command,
    };
    let global = match command.as_ref() {
        Some(Command::Man) => return man::run(printer).map(|()| None),
        Some(Command::Completions(args)) => return completions::run(printer, args).map(|()| None),
        Some(Command::Config(ConfigArgs { command: Some(ConfigCommand::Path), .. })) => {
            return config::print_path(printer, &cli.global.flags).map(|()| None);
        }
        Some(Command::Config(ConfigArgs { command: Some(ConfigCommand::Init), .. })) => {
            return config::init(printer, &cli.global.flags).map(|()| None);
        }
        Some(Command::Report(args)) if args.run.is_none() => Global::typed(),
        _ => cli.global,
    };
    let config = config_of(global)?;
    printer.set_color(config.settings.color);
    Ok(Some((command, config)))
}

/// What counts after these flags.
fn config_of(global: Global) -> Result<Config> {
    let mut config = Config::load(&global.flags, &Environment::of_process())?;
    config.settings.as_of = global.as_of;
    Ok(config)
}

/// Does what the command says; without one, opens the shell.
fn run(command: Option<Command>, config: Config, printer: &'static Printer) -> Result<()> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    if let Some(threads) = config.settings.threads {
        runtime.worker_threads(threads.get());
    }
    let runtime = runtime.enable_all().thread_stack_size(STACK_BYTES).build();
    let runtime = runtime.map_err(|error| Error::storage("cannot start threads", error))?;
    listen();
    let done = match command {
        Some(command) => {
            let config: &'static Config = Box::leak(Box::new(config));
            let context = Context { config, settings: &config.settings, console: printer };
            runtime.block_on(cancellable(execute(context, command)))
        }
        None => runtime.block_on(repl::run(printer, config)),
    };
    // A query that was cancelled may still be in the middle of a batch: nobody waits for it, the process ends. To let
    // the threads go while they end would race in glibc before 2.41 (bug 19951), which frees large stacks at once.
    std::mem::forget(runtime);
    discard_spilled();
    done
}

/// Runs a command beside somebody who listens for Ctrl-C, whatever the command does: plan, wait for a store that does
/// not answer, read standard input, write to a reader that does not read.
async fn cancellable(command: impl Future<Output = Result<()>> + Send + 'static) -> Result<()> {
    let mut command = tokio::spawn(command);
    let interrupted = async {
        // Where the signal cannot be listened to, Ctrl-C ends the process the way it always did.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        biased;
        () = interrupted => {}
        done = &mut command => return done.unwrap_or_else(|_| Err(Error::Internal("it panicked".to_owned()))),
    }
    // What is printed is whole: a command stops where it waits, not while it writes.
    command.abort();
    // This thread has nothing else to do, and the timer may wait for a busy one.
    let waiting = Stopwatch::start();
    while !command.is_finished() && waiting.elapsed() < CLEANUP {
        std::thread::sleep(Duration::from_millis(1));
    }
    if command.is_finished()
        && let Ok(done) = command.await
    {
        // It was done at that very moment.
        return done;
    }
    discard_unfinished();
    Err(Error::Cancelled)
}

/// Has Ctrl-C heard at once: a thread of its own takes the signal and wakes everybody who waits for it. The others look
/// for it between two pieces of work, and a query keeps all of them busy.
fn listen() {
    let thread = std::thread::Builder::new().name("signals".to_owned());
    // Without it the signal is heard a little later.
    let _ = thread.spawn(|| {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async { while tokio::signal::ctrl_c().await.is_ok() {} });
    });
}

async fn execute(context: Context<'static>, command: Command) -> Result<()> {
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
        Command::Config(args) => config::run(&context, args),
        // They are done before there are settings.
        Command::Completions(_) | Command::Man => Ok(()),
    }
}
