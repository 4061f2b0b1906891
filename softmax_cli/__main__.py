"""The program by the package's name: python -m softmax_cli."""

from softmax_cli.cli import main

main()
