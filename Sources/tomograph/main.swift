import Foundation

let a = CommandLine.arguments
do {
  try trace(model: URL(filePath: a[2]), input: URL(filePath: a[4]), output: URL(filePath: a[6]), gradients: a.count > 7, sites: [])
} catch { print(error) }
