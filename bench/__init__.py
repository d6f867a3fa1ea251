"""What verge-pulumi costs in requests, time and memory, beside a naive provider and beside Pulumi's engine alone."""
