print("tomograph")
