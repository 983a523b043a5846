use std::process::ExitCode;

fn main() -> ExitCode {
    byname::cli::run()
}
