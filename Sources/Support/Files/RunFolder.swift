package import Foundation

/// A folder that is written beside its final place and put there when it is whole, so that whoever looks sees the old
/// one or the new one and never a part. Failures and signals leave the old one as it was and nothing beside it.
package enum RunFolder {
  /// Makes the folder `destination` from what `body` writes into the folder it is given.
  ///
  /// - Throws: what `body` throws, and `InputError` where the folder cannot be made or replaced.
  package static func write<Result>(at destination: URL, _ body: (URL) throws -> Result) throws -> Result {
    try write(at: destination, replacement: .exchange, body)
  }

  /// Whether `write` can make a folder there, which is found out by making and removing one.
  ///
  /// - Throws: `InputError` as `write` would.
  package static func check(_ destination: URL) throws {
    let place = try Place(destination)
    let parents = try place.makeParents()
    defer { for parent in parents { rmdir(parent.path(percentEncoded: false)) } }
    let staging = try Staging(place, parents: parents)
    Interruption.end(staging.url) { try? FileManager.default.removeItem(at: staging.url) }
  }

  static func write<Result>(at destination: URL, replacement: Replacement, _ body: (URL) throws -> Result) throws
    -> Result
  {
    let place = try Place(destination)
    let parents = try place.makeParents()
    do {
      place.removeStale()
      let staging = try Staging(place, parents: parents)
      do {
        let result = try body(staging.url)
        try Interruption.end(staging.url) { try replacement.put(staging.url, at: place) }
        return result
      } catch {
        Interruption.end(staging.url) { try? FileManager.default.removeItem(at: staging.url) }
        throw error
      }
    } catch {
      for parent in parents { rmdir(parent.path(percentEncoded: false)) }
      throw error
    }
  }
}

/// Where a run folder is to be, and the names of what lies beside it for a while.
struct Place {
  let parent: URL
  let name: String

  var url: URL { parent.appending(path: name) }
  var stagingPrefix: String { ".\(name).unfinished-" }
  var linkedPrefix: String { ".\(name).version-" }

  init(_ destination: URL) throws {
    let standard = destination.absoluteURL.standardizedFileURL
    var url = standard
    // A link that someone made leads to the place that is meant; one of ours is itself the place.
    if let target = linkTarget(url), !target.hasPrefix(".\(url.lastPathComponent).version-") {
      url = url.resolvingSymlinksInPath()
    }
    parent = url.deletingLastPathComponent()
    name = url.lastPathComponent
    guard !name.isEmpty, name != "/" else { throw InputError(.usage, at: path(url), phrase("error.cannotReplacedRun")) }
    var status = stat()
    guard stat(path(url), &status) != 0 || status.st_mode & S_IFMT == S_IFDIR else {
      throw InputError(at: path(url), phrase("error.isNotAFolder"))
    }
  }

  /// Makes the folders above, and returns those that were not there, the innermost first.
  func makeParents() throws -> [URL] {
    var made: [URL] = []
    var folder = parent
    while !FileManager.default.fileExists(atPath: path(folder)), folder.pathComponents.count > 1 {
      made.append(folder)
      folder = folder.deletingLastPathComponent()
    }
    for folder in made.reversed() where mkdir(path(folder), 0o777) != 0 && errno != EEXIST {
      let error = InputError(at: path(folder), phrase("error.cannotBeMade"), found: String(cString: strerror(errno)))
      for other in made { rmdir(path(other)) }
      throw error
    }
    var status = stat()
    guard stat(path(parent), &status) != 0 || status.st_mode & S_IFMT == S_IFDIR else {
      throw InputError(at: path(parent), phrase("error.isNotAFolder"))
    }
    return made
  }

  /// Removes what killed runs have left beside the place: unfinished folders that no process holds.
  func removeStale() {
    for entry in (try? FileManager.default.contentsOfDirectory(atPath: path(parent))) ?? []
    where entry.hasPrefix(stagingPrefix) {
      let url = parent.appending(path: entry)
      guard let lock = FolderLock(url) else { continue }
      withExtendedLifetime(lock) { try? FileManager.default.removeItem(at: url) }
    }
  }
}

/// The folder that is being written, held by this process.
final class Staging {
  let url: URL
  private let lock: FolderLock

  /// - Parameter parents: folders that were made for it.
  init(_ place: Place, parents: [URL]) throws {
    // Another run may take the folder for a stale one before it is held; then there is another try.
    for _ in 0..<100 {
      let url = try Interruption.begin(parents: parents) { try Self.make(place) }
      if let lock = FolderLock(url), FileManager.default.fileExists(atPath: path(url)) {
        self.url = url
        self.lock = lock
        return
      }
      Interruption.end(url) {}
    }
    throw InputError(at: path(place.parent), phrase("error.cannotWrittenInto"))
  }

  private static func make(_ place: Place) throws -> URL {
    var template = Array(path(place.parent.appending(path: place.stagingPrefix + "XXXXXX")).utf8CString)
    guard let made = mkdtemp(&template) else {
      throw InputError(
        at: path(place.parent), phrase("error.cannotWrittenInto"), found: String(cString: strerror(errno)))
    }
    let mask = umask(0)
    umask(mask)
    chmod(made, 0o777 & ~mask)
    return URL(filePath: String(cString: made), directoryHint: .isDirectory)
  }
}

/// An advisory lock on a folder, which ends with the process at the latest.
final class FolderLock {
  private let descriptor: Int32

  /// Nil where another process holds it, or it cannot be opened.
  init?(_ url: URL) {
    descriptor = open(path(url), O_RDONLY | O_CLOEXEC | O_DIRECTORY)
    guard descriptor >= 0 else { return nil }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      return nil
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}

func path(_ url: URL) -> String {
  let path = url.path(percentEncoded: false)
  return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
}

/// What a symbolic link says; nil where there is none.
func linkTarget(_ url: URL) -> String? { try? FileManager.default.destinationOfSymbolicLink(atPath: path(url)) }
