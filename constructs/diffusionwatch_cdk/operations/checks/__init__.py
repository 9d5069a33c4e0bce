"""One check a file; diffusionwatch_cdk.operations.discovery finds them."""
