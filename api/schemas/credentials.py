"""What people sign in with: types that requests share."""

from typing import Annotated

from pydantic import Field, StringConstraints

from domain.foundation.text.text_types import LINE

# The bounds here only keep what arrives small; what makes an address or a password fit, identity decides.
Email = Annotated[str, Field(max_length=320, examples=["aino@example.org"])]
Password = Annotated[str, Field(max_length=1_000, description="10 to 200 characters, and not the address.")]
Device = Annotated[
    str,
    StringConstraints(max_length=200, pattern=r"^[\x21-\x7e]*$"),
    Field(
        description="What your app calls this installation: a random text that it made once and keeps. Only "
        "a keyed hash of it is stored, to know accounts that are used from one device, and to let this one "
        "sign in while somebody else guesses the password.",
        examples=["0f6c1f0e7a8b4e0b9f7e2b1d3c5a7e9d"],
    ),
]
Token = Annotated[str, Field(max_length=200)]
Label = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=80, pattern=r"^[^\n\r\x00]*$"), LINE
]
