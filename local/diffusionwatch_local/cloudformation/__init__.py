"""CloudFormation on this machine: change sets, updates, rollback, outputs, exports.

Each resource is made by calling the real service's API over loopback, so botocore validates every property and what
`cdk deploy` left behind can be read by any AWS client.
"""
