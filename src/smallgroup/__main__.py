from smallgroup.cli import main

main()
