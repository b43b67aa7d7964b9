//! One bucket: what is in it, and where the bytes are.

use crate::disk::{self, Durability};
use crate::wire::{self, Refusal};
use bytes::Bytes;
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// An object without its bytes.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Object {
    pub(crate) etag: String,
    pub(crate) size: u64,
    pub(crate) modified_ms: i64,
    /// As they were put and as a get gives them.
    pub(crate) headers: Vec<(String, String)>,
}

/// The first line of an object's file; the bytes follow.
#[derive(Serialize, Deserialize)]
struct Head<K> {
    key: K,
    #[serde(flatten)]
    object: Object,
}

pub(crate) struct Bucket {
    /// All keys are in memory, in the order S3 lists them.
    pub(crate) objects: RwLock<BTreeMap<String, (Object, Place)>>,
    folder: Option<PathBuf>,
    durability: Durability,
}

#[derive(Clone)]
pub(crate) enum Place {
    Memory(Bytes),
    /// After the head, that many bytes into the file.
    File(PathBuf, u64),
}

/// An object's bytes at the moment it was opened; a put that follows does not change them.
pub(crate) enum Content {
    Memory(Bytes),
    File(File, u64),
}

impl Bucket {
    pub(crate) fn in_memory() -> Self {
        Self {
            objects: RwLock::default(),
            folder: None,
            durability: Durability::Process,
        }
    }

    pub(crate) fn on_disk(folder: &Path, durability: Durability) -> io::Result<Self> {
        let mut objects = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some() {
                // A put that a killed process did not finish.
                fs::remove_file(&path)?;
                continue;
            }
            let mut line = String::new();
            BufReader::new(File::open(&path)?).read_line(&mut line)?;
            let head: Head<String> = serde_json::from_str(&line).map_err(|error| {
                let message = format!("{} is not an object's file: {error}", path.display());
                io::Error::new(io::ErrorKind::InvalidData, message)
            })?;
            objects.insert(
                head.key,
                (head.object, Place::File(path, line.len() as u64)),
            );
        }
        Ok(Self {
            objects: RwLock::new(objects),
            folder: Some(folder.to_owned()),
            durability,
        })
    }

    /// Puts if `allowed` agrees with what is there. The bytes are written before the lock is taken; under it the file
    /// only gets its name.
    pub(crate) fn put(
        &self,
        key: &str,
        object: Object,
        body: &[u8],
        allowed: impl Fn(Option<&Object>) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        // Most refusals can be given before anything is written.
        allowed(self.objects.read().get(key).map(|(object, _)| object))?;
        let Some(folder) = &self.folder else {
            let mut objects = self.objects.write();
            allowed(objects.get(key).map(|(object, _)| object))?;
            objects.insert(
                key.to_owned(),
                (object, Place::Memory(Bytes::copy_from_slice(body))),
            );
            return Ok(());
        };
        let mut head = serde_json::to_vec(&Head {
            key,
            object: object.clone(),
        })
        .map_err(Refusal::internal)?;
        head.push(b'\n');
        // Keys may be longer than file names and hold anything, so the name is the key's digest.
        let path = folder.join(wire::hex(&Sha256::digest(key)));
        let beside = path.with_extension(wire::hex(&wire::random::<8>()?));
        write(&beside, &[&head, body], self.durability).map_err(Refusal::internal)?;

        let mut objects = self.objects.write();
        let renamed = allowed(objects.get(key).map(|(object, _)| object)).and_then(|()| {
            fs::rename(&beside, &path)
                .and_then(|()| disk::sync_folder_of(&path, self.durability))
                .map_err(Refusal::internal)
        });
        if let Err(refusal) = renamed {
            drop(fs::remove_file(&beside));
            return Err(refusal);
        }
        objects.insert(
            key.to_owned(),
            (object, Place::File(path, head.len() as u64)),
        );
        Ok(())
    }

    pub(crate) fn open(&self, key: &str) -> Result<Option<(Object, Content)>, Refusal> {
        let objects = self.objects.read();
        let Some((object, place)) = objects.get(key) else {
            return Ok(None);
        };
        let content = match place {
            Place::Memory(bytes) => Content::Memory(bytes.clone()),
            Place::File(path, start) => {
                Content::File(File::open(path).map_err(Refusal::internal)?, *start)
            }
        };
        Ok(Some((object.clone(), content)))
    }

    pub(crate) fn delete(
        &self,
        key: &str,
        allowed: impl Fn(Option<&Object>) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let mut objects = self.objects.write();
        let known = objects.get(key);
        allowed(known.map(|(object, _)| object))?;
        if let Some((_, Place::File(path, _))) = known {
            fs::remove_file(path)
                .and_then(|()| disk::sync_folder_of(path, self.durability))
                .map_err(Refusal::internal)?;
        }
        objects.remove(key);
        Ok(())
    }
}

impl Content {
    /// The bytes from `from` up to `to`.
    pub(crate) fn read(self, from: u64, to: u64) -> Result<Bytes, Refusal> {
        match self {
            Self::Memory(bytes) => Ok(bytes.slice(from as usize..to as usize)),
            Self::File(mut file, start) => {
                let mut bytes = Vec::with_capacity((to - from) as usize);
                file.seek(SeekFrom::Start(start + from))
                    .map_err(Refusal::internal)?;
                file.take(to - from)
                    .read_to_end(&mut bytes)
                    .map_err(Refusal::internal)?;
                Ok(bytes.into())
            }
        }
    }
}

fn write(path: &Path, chunks: &[&[u8]], durability: Durability) -> io::Result<()> {
    let mut file = disk::create(path, false)?;
    for chunk in chunks {
        file.write_all(chunk)?;
    }
    match durability {
        Durability::Power => file.sync_all(),
        Durability::Process => Ok(()),
    }
}
