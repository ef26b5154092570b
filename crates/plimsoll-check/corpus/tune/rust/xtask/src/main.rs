fn main() {
    println!("building"); //~ no print
    info!("building {}", x); //~ no unstructured
}
