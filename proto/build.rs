//! Compiles the contract. `protox` needs no `protoc`, and its descriptor bytes keep the custom options.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message as _;

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let mut services: Vec<PathBuf> = fs::read_dir(root.join("rollcall/v1"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    services.sort();
    services.push(root.join("google/rpc/error_details.proto"));
    services.push(root.join("google/rpc/status.proto"));

    let mut compiler = protox::Compiler::new([&root])?;
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(&services)?;
    // Encoded from the compiler's own form: a way through prost_types would lose the custom options.
    let with_options = compiler.encode_file_descriptor_set();
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("descriptors.bin"), &with_options)?;

    let descriptors = prost_types::FileDescriptorSet::decode(with_options.as_slice())?;
    tonic_prost_build::configure().bytes(".google.api.HttpBody.data").compile_fds(descriptors)?;
    println!("cargo:rerun-if-changed={}", root.join("rollcall").display());
    println!("cargo:rerun-if-changed={}", root.join("google").display());
    println!("cargo:rerun-if-changed={}", root.join("buf").display());
    Ok(())
}
