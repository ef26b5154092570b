fn main() {
    let pair = generate();
    println!("public: {}", pair.public); //~ no print
    eprintln!("keep the private key safe"); //~ no print
}
