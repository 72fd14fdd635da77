"""When something can be promised, and the promises on its time."""
