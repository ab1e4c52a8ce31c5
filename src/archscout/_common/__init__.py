"""What every room uses: paths, plain values, folders, sentences, the state of numpy and torch."""
