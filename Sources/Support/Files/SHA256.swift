import CNettle
package import Foundation

/// The SHA-256 digest of bytes and files (FIPS 180-4), by Nettle.
package struct SHA256 {
  private var context = sha256_ctx()

  package init() { nettle_sha256_init(&context) }

  /// 64 hexadecimal digits.
  package static func digest(_ bytes: some Sequence<UInt8>) -> String {
    var hash = SHA256()
    hash.update(Array(bytes))
    return hash.digest()
  }

  /// - Throws: `InputError` where the file cannot be read.
  package static func digest(of file: URL) throws -> String {
    let path = file.path(percentEncoded: false)
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw InputError(at: path, phrase("error.cannotBeRead"))
    }
    defer { try? handle.close() }
    var hash = SHA256()
    do {
      while let chunk = try handle.read(upToCount: 1 << 20), !chunk.isEmpty { hash.update(Array(chunk)) }
    } catch {
      throw InputError(at: path, phrase("error.cannotBeRead"))
    }
    return hash.digest()
  }

  package mutating func update(_ bytes: [UInt8]) { nettle_sha256_update(&context, bytes.count, bytes) }

  /// What was hashed since the beginning or the last digest.
  package mutating func digest() -> String {
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_SIZE))
    nettle_sha256_digest(&context, digest.count, &digest)
    return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
