fn helper() {
    println!("helper"); //~ no print
    tracing::info!("x {}", x); //~ no unstructured
}
