"""What standards and file formats demand, each with its published tolerance and a tight one of our own."""
