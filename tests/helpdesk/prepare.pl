# Makes the queue `Claims` and three users; prints a token of each, one a line: of one with the rights that the guide names,
# of one who may not comment, of one who only sees the queue.
use strict;
use warnings;
use RT;
use RT::Interface::CLI;

RT->LoadConfig;
RT->Init;

sub done {
    my ( $what, $ok, $message ) = @_;
    die "$what: " . ( $message // 'no reason given' ) . "\n" unless $ok;
}

my $queue = RT::Queue->new( RT->SystemUser );
done( 'the queue', $queue->Create( Name => 'Claims' ) );

sub token_of {
    my ( $name, @rights ) = @_;
    my $user = RT::User->new( RT->SystemUser );
    done( $name, $user->Create( Name => $name, EmailAddress => "$name\@claimwire.test", Privileged => 1 ) );
    for my $right (@rights) {
        done( $right, $user->PrincipalObj->GrantRight( Right => $right, Object => $queue ) );
    }
    my $token = RT::AuthToken->new( RT->SystemUser );
    my ( $ok, $message, $text ) = $token->Create( Owner => $user->Id, Description => $name );
    done( "the token of $name", $ok, $message );
    return $text;
}

my @most = qw(SeeQueue CreateTicket ShowTicket ShowTicketComments);
print token_of( 'claimwire', @most, 'CommentOnTicket' ), "\n", token_of( 'mute', @most ), "\n", token_of( 'blind', 'SeeQueue' ), "\n";
