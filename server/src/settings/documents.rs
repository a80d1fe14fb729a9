//! Where documents are kept.

use std::path::{Path, PathBuf};

use super::{
    options::{Bucket, Documents},
    reader::Reader,
};

pub fn read(reader: &mut Reader, data_dir: &Path, production: bool) -> Documents {
    let url = reader.optional("DOCUMENTS_URL");
    let endpoint = reader.optional("S3_ENDPOINT");
    let region = reader.text("S3_REGION", "us-east-1");
    let credentials = match (reader.optional("S3_ACCESS_KEY_ID"), reader.secret("S3_SECRET_ACCESS_KEY")) {
        (Some(id), Some(secret)) => Some((id, secret)),
        (None, None) => None,
        _ => {
            reader.fault("S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are set together, or neither".to_owned());
            None
        }
    };
    if let Some(endpoint) = &endpoint {
        if !endpoint.starts_with("https://") && !endpoint.starts_with("http://") {
            reader.fault(format!("S3_ENDPOINT is {endpoint:?}; it must begin with https://"));
        } else if production && endpoint.starts_with("http://") {
            reader.warn("S3_ENDPOINT is http://; documents can be read on their way");
        }
    }
    let Some(url) = url else { return Documents::Folder(data_dir.join("documents")) };
    let bucket = |rest: &str| {
        let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let (name, prefix) = (name.to_owned(), prefix.trim_matches('/').to_owned());
        Bucket { name, prefix, region, endpoint, credentials }
    };
    match (url.strip_prefix("s3://"), url.strip_prefix("file://")) {
        (Some(rest), _) if !rest.is_empty() && !rest.starts_with('/') => Documents::S3(bucket(rest)),
        (_, Some(folder)) if folder.starts_with('/') => Documents::Folder(PathBuf::from(folder)),
        _ => {
            let forms = "it must be file:///a/folder, or s3://bucket with or without a /prefix";
            reader.fault(format!("DOCUMENTS_URL is {url:?}; {forms}"));
            Documents::Folder(data_dir.join("documents"))
        }
    }
}
