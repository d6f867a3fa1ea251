"""What is released: the files, how they are made, and the first hour of somebody who installs them."""
