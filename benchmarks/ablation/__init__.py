"""What each part of the training brings: 3D towers trained for the same few steps with a part left out or put in.

``targets`` puts pictures and sounds beside the captions, ``variants`` lists what is compared, ``run`` trains and
measures.
"""
