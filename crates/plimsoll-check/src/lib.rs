//! Finds the forbidden six of the production logging standard in source code.
