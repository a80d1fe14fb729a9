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

    let out = PathBuf::from(env::var("OUT_DIR")?);
    let compile = |with_comments: bool| -> Result<Vec<u8>, Box<dyn Error>> {
        let mut compiler = protox::Compiler::new([&root])?;
        compiler.include_imports(true).include_source_info(with_comments).open_files(&services)?;
        // Encoded from the compiler's own form: a way through prost_types would lose the custom options.
        Ok(compiler.encode_file_descriptor_set())
    };
    fs::write(out.join("descriptors.bin"), compile(false)?)?;
    let commented = compile(true)?;
    fs::write(out.join("commented.bin"), &commented)?;

    let descriptors = prost_types::FileDescriptorSet::decode(commented.as_slice())?;
    tonic_prost_build::configure().bytes(".google.api.HttpBody.data").compile_fds(descriptors)?;
    println!("cargo:rerun-if-changed={}", root.join("rollcall").display());
    println!("cargo:rerun-if-changed={}", root.join("google").display());
    println!("cargo:rerun-if-changed={}", root.join("buf").display());
    Ok(())
}
