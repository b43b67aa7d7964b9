//! Pages as a source sent them, so that what was made of them can be made again.

use crate::blobs::Blob;
use crate::error::Error;
use crate::tenant::Tenant;
use bytes::Bytes;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use std::io::{Read, Write};

const FOLDER: &str = "raw/";

fn squeeze(page: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(page)?;
    encoder.finish()
}

fn swell(squeezed: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut page = Vec::new();
    ZlibDecoder::new(squeezed).read_to_end(&mut page)?;
    Ok(page)
}

impl Tenant {
    /// Keeps a page, compressed and sealed, under `<connection>/<stream>/<name>`. The same name
    /// again replaces it.
    pub async fn put_raw(&self, name: &str, page: &[u8]) -> Result<(), Error> {
        let squeezed = squeeze(page).map_err(|e| Error::corrupt("page of a source", e))?;
        self.put_sealed(&format!("{FOLDER}{name}"), &squeezed).await
    }

    /// A page as the source sent it; `None` where none of that name is kept.
    pub async fn raw(&self, name: &str) -> Result<Option<Bytes>, Error> {
        let squeezed = self.sealed(&format!("{FOLDER}{name}")).await?;
        let page = squeezed.map(|squeezed| swell(&squeezed)).transpose();
        let page = page.map_err(|e| Error::corrupt("page of a source", e))?;
        Ok(page.map(Bytes::from))
    }

    /// The pages whose names begin so, by name; each name is good for [`Tenant::raw`].
    pub async fn raw_pages(&self, prefix: &str) -> Result<Vec<Blob>, Error> {
        let blobs = self.blobs(&format!("{FOLDER}{prefix}")).await?;
        let name = |blob: Blob| {
            let name = blob.name.strip_prefix(FOLDER)?.to_owned();
            Some(Blob { name, ..blob })
        };
        Ok(blobs.into_iter().filter_map(name).collect())
    }

    /// Deletes the pages whose names begin so; gives their number.
    pub async fn delete_raw(&self, prefix: &str) -> Result<usize, Error> {
        self.delete_blobs(&format!("{FOLDER}{prefix}")).await
    }
}
