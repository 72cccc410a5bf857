mod cli;
mod govern;
