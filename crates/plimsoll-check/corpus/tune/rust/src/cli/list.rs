pub fn list(entries: &[Entry]) {
    for entry in entries {
        println!("{}", entry.name); //~ no print
    }
    println!("{} entries", entries.len()); //~ no print
}
