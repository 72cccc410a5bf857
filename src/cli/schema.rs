//! `trustrisk schema`: what editors need to complete a config.

use super::exit;
use super::terminal::Terminal;
use crate::base::Result;
use crate::config;

pub fn schema(terminal: &Terminal) -> Result<u8> {
    terminal.data(config::schema::schema().as_bytes())?;
    Ok(exit::FINE)
}
