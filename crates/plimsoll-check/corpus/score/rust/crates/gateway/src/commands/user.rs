pub fn add(name: &str) {
    println!("user {name} added"); //~ no print
}
