"""Ways to people's tools, one a module. Each sends one parcel, and sends it only once where its service allows that."""
