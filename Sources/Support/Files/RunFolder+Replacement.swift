import Foundation

/// How a whole folder takes the place of another in one step.
enum Replacement {
  /// The two folders change names; where the file system cannot, as `link`.
  case exchange
  /// The place is a symbolic link to the folder, and the link is replaced.
  case link

  func put(_ folder: URL, at place: Place) throws {
    let isLink = linkTarget(place.url) != nil
    let isThere = isLink || FileManager.default.fileExists(atPath: path(place.url))
    if self == .link || isLink { return try Self.link(folder, at: place, isThere: isThere, isLink: isLink) }
    if !isThere {
      guard rename(path(folder), path(place.url)) == 0 else { throw Self.failure(place) }
      return
    }
    if Self.exchange(path(folder), path(place.url)) {
      try? FileManager.default.removeItem(at: folder)
    } else if [EINVAL, ENOSYS, EOPNOTSUPP].contains(errno) {
      try Self.link(folder, at: place, isThere: true, isLink: false)
    } else {
      throw Self.failure(place)
    }
  }

  /// `renameat2` with RENAME_EXCHANGE; looked up as the program runs, because a C library may lack it.
  private static func exchange(_ one: String, _ other: String) -> Bool {
    typealias Rename = @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
    guard let symbol = dlsym(nil, "renameat2") else {
      errno = ENOSYS
      return false
    }
    return unsafeBitCast(symbol, to: Rename.self)(AT_FDCWD, one, AT_FDCWD, other, 2) == 0
  }

  private static func link(_ folder: URL, at place: Place, isThere: Bool, isLink: Bool) throws {
    let token = folder.lastPathComponent.dropFirst(place.stagingPrefix.count)
    let version = place.linkedPrefix + token
    let versionURL = place.parent.appending(path: version)
    let newLink = place.parent.appending(path: place.stagingPrefix + "link-" + token)
    let old = place.parent.appending(path: place.stagingPrefix + "old-" + token)
    let oldTarget = linkTarget(place.url)
    guard rename(path(folder), path(versionURL)) == 0 else { throw failure(place) }
    do {
      guard symlink(version, path(newLink)) == 0 else { throw failure(place) }
      if isThere, !isLink {
        // A folder cannot be replaced by a link: it steps aside first, and returns if that fails.
        guard rename(path(place.url), path(old)) == 0 else { throw failure(place) }
        guard rename(path(newLink), path(place.url)) == 0 else {
          rename(path(old), path(place.url))
          throw failure(place)
        }
        try? FileManager.default.removeItem(at: old)
      } else {
        guard rename(path(newLink), path(place.url)) == 0 else { throw failure(place) }
        if let oldTarget { try? FileManager.default.removeItem(at: place.parent.appending(path: oldTarget)) }
      }
    } catch {
      unlink(path(newLink))
      try? FileManager.default.removeItem(at: versionURL)
      throw error
    }
  }

  private static func failure(_ place: Place) -> InputError {
    InputError(at: path(place.url), phrase("error.cannotBeReplaced"), found: String(cString: strerror(errno)))
  }
}
