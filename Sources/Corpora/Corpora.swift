// Filled by the first file of its own.
