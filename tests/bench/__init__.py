"""What `make bench` measures. Every figure is a ratio or a rate taken in one run; the bars are quality's own."""
