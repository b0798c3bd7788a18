extension Tape {
  /// Images `[B, channels, height, width]` cut into squares of `size`, row by row: `[B, N, channels · size²]`.
  package func patches(_ images: Variable, size: Int) -> Variable {
    let shape = images.shape, rows = shape[2] / size, columns = shape[3] / size
    let y = Tensor(uninitialized: [shape[0], rows * columns, shape[1] * size * size])
    forEachPatchRow(shape, size) { image, patch in
      (y.pointer + patch).update(from: images.value.pointer + image, count: size)
    }
    return result(y, of: [images]) { dy, _ in
      // Patches do not overlap; what no patch covers has no gradient.
      let dx = Tensor(repeating: 0, shape: shape)
      forEachPatchRow(shape, size) { image, patch in
        (dx.pointer + image).update(from: dy.pointer + patch, count: size)
      }
      images.add(owned: dx)
    }
  }

  /// The same learned rows before every sequence: tokens `[…, C]` of n rows and x `[B, T, C]` make `[B, n + T, C]`.
  package func prepend(_ tokens: Variable, to x: Variable) -> Variable {
    let (batch, length, width) = (x.shape[0], x.shape[1] * x.shape[2], x.shape[2]), lead = tokens.value.count
    let y = Tensor(uninitialized: [batch, x.shape[1] + lead / width, width])
    for b in 0..<batch {
      let row = y.pointer + b * (lead + length)
      row.update(from: tokens.value.pointer, count: lead)
      (row + lead).update(from: x.value.pointer + b * length, count: length)
    }
    return result(y, of: [tokens, x]) { dy, _ in
      if tokens.needsGradient {
        tokens.contribute { target, adding in
          if !adding { target.pointer.update(repeating: 0, count: lead) }
          for b in 0..<batch {
            for i in 0..<lead { target.pointer[i] += dy.pointer[b * (lead + length) + i] }
          }
        }
      }
      guard x.needsGradient else { return }
      let dx = Tensor(uninitialized: x.shape)
      for b in 0..<batch {
        (dx.pointer + b * length).update(from: dy.pointer + b * (lead + length) + lead, count: length)
      }
      x.add(owned: dx)
    }
  }
}

/// Where each run of `size` pixels lies in the images and in the patches.
private func forEachPatchRow(_ shape: [Int], _ size: Int, _ body: (_ image: Int, _ patch: Int) -> Void) {
  let (channels, height, width) = (shape[1], shape[2], shape[3]), rows = height / size, columns = width / size
  for b in 0..<shape[0] {
    for row in 0..<rows {
      for column in 0..<columns {
        for c in 0..<channels {
          for y in 0..<size {
            let image = ((b * channels + c) * height + row * size + y) * width + column * size
            let patch = ((((b * rows + row) * columns + column) * channels + c) * size + y) * size
            body(image, patch)
          }
        }
      }
    }
  }
}
