"""Tests of the stand-in for the aws-native plugin."""
