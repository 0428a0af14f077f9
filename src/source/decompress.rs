//! Plain, gzip and zstd input alike, told apart by their first bytes and bounded while they unfold.

use std::io::{self, BufRead, BufReader, Read};

use crate::limits::{DECOMPRESSION_RATIO_MAX, FILE_BYTES_MAX};

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// Below this size the ratio says nothing: a few kilobytes of one repeated line compress to almost nothing.
const RATIO_FREE_BYTES: u64 = 64 << 20;

/// Opens `input` of `input_bytes` bytes (0 if unknown): what comes out is the text, whatever it was packed in.
pub fn open(input: impl Read + Send + 'static, input_bytes: u64) -> io::Result<Box<dyn Read + Send>> {
    let mut input = BufReader::with_capacity(1 << 18, input);
    let start = input.fill_buf()?;
    let reader: Box<dyn Read + Send> = if start.starts_with(GZIP) {
        Box::new(flate2::bufread::MultiGzDecoder::new(input))
    } else if start.starts_with(ZSTD) {
        Box::new(zstd::Decoder::with_buffer(input)?)
    } else {
        return Ok(Box::new(Bounded { inner: input, read: 0, most: FILE_BYTES_MAX, limit: "FILE_BYTES_MAX" }));
    };
    let by_ratio = input_bytes.saturating_mul(DECOMPRESSION_RATIO_MAX).max(RATIO_FREE_BYTES);
    let (most, limit) = if input_bytes > 0 && by_ratio < FILE_BYTES_MAX {
        (by_ratio, "DECOMPRESSION_RATIO_MAX")
    } else {
        (FILE_BYTES_MAX, "FILE_BYTES_MAX")
    };
    Ok(Box::new(Bounded { inner: reader, read: 0, most, limit }))
}

/// A reader that refuses to give more than `most` bytes.
struct Bounded<R> {
    inner: R,
    read: u64,
    most: u64,
    limit: &'static str,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read += count as u64;
        if self.read > self.most {
            let message = format!("limit {} reached: the file unfolds to more than {} bytes", self.limit, self.most);
            return Err(io::Error::new(io::ErrorKind::QuotaExceeded, message));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn unpack(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        let length = bytes.len() as u64;
        open(io::Cursor::new(bytes), length)?.read_to_end(&mut out)?;
        Ok(out)
    }

    #[test]
    fn packed_and_plain_give_the_same_text() {
        let text = b"one\ntwo\n".repeat(100);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        io::Write::write_all(&mut gzip, &text).unwrap();
        assert_eq!(unpack(text.clone()).unwrap(), text);
        assert_eq!(unpack(gzip.finish().unwrap()).unwrap(), text);
        assert_eq!(unpack(zstd::encode_all(&text[..], 1).unwrap()).unwrap(), text);
        assert_eq!(unpack(Vec::new()).unwrap(), b"");
    }

    #[test]
    fn a_bomb_is_refused_by_name() {
        let bomb = zstd::encode_all(io::repeat(b'a').take(200 << 20), 19).unwrap();
        let error = unpack(bomb).unwrap_err();
        assert!(error.to_string().contains("DECOMPRESSION_RATIO_MAX"), "{error}");
    }

    #[test]
    fn a_torn_archive_is_an_error() {
        let packed = zstd::encode_all(&b"hello world".repeat(1000)[..], 1).unwrap();
        assert!(unpack(packed[..packed.len() / 2].to_vec()).is_err());
    }
}
